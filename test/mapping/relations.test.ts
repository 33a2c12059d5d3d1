import { expect } from "chai";
import { Column, type DataSource, Entity, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";
import { JobEntity } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

@Entity()
class Customer {
  @PrimaryColumn({ type: "int" })
  no!: number;

  @Column({ type: "text" })
  name!: string;
}

@Entity()
class Site {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "int" })
  no!: number;
}

@Entity()
class DeliveryJob extends JobEntity {
  @ManyToOne(() => Customer, { nullable: true })
  @JoinColumn({ name: "customer_id" })
  customer!: Customer | null;

  @ManyToOne(() => Site, { nullable: true })
  site!: Site | null;

  @Column({ type: "int", nullable: true, name: "payer_id" })
  payerId!: number | null;

  @ManyToOne(() => Customer, { nullable: true })
  @JoinColumn({ name: "payer_id" })
  payer!: Customer | null;
}

describe("relations with join columns", () => {
  const schema = useSchema("mapping_relations");
  let source: DataSource;
  const customer = Object.assign(new Customer(), { no: 7, name: "Ada" });
  const site = Object.assign(new Site(), { tenant: "t", no: 3 });

  before(async () => {
    source = await schema.connect([Customer, Site, DeliveryJob]);
    await source.manager.save([customer, Object.assign(new Customer(), { no: 8, name: "Bo" }), site]);
  });
  beforeEach(() => schema.sql("DELETE FROM delivery_job"));

  const row = async () =>
    (await schema.sql('SELECT customer_id, payer_id, "siteTenant", "siteNo" FROM delivery_job WHERE id = $1', ["a"]))[0];

  it("are written at enqueue and by create", async () => {
    await DeliveryJob.enqueue({ id: "a", customer, site, payerId: 8 });
    expect(await row()).to.deep.equal({ customer_id: 7, payer_id: 8, siteTenant: "t", siteNo: 3 });
    await schema.sql("DELETE FROM delivery_job");
    await DeliveryJob.run("a", () => {}, { create: { customer } });
    expect(await row()).to.deep.include({ customer_id: 7, siteNo: null });
  });

  it("are set through updates, composite ones too, and the instance shows what was set", async () => {
    await DeliveryJob.enqueue({ id: "a" });
    await using job = await DeliveryJob.start("a");
    job.updates.set({ customer, site, payer: customer });
    await job.succeed();
    expect(await row()).to.deep.equal({ customer_id: 7, payer_id: 7, siteTenant: "t", siteNo: 3 });
    expect(job.customer).to.equal(customer);
    expect(job.payerId).to.equal(7);
    const found = await source.getRepository(DeliveryJob).findOne({ where: { id: "a" }, relations: { customer: true } });
    expect(found?.customer?.name).to.equal("Ada");
  });

  it("are set to null by null", async () => {
    await DeliveryJob.enqueue({ id: "a", customer, site });
    await DeliveryJob.run("a", (job) => job.updates.set({ customer: null, site: null }));
    expect(await row()).to.deep.include({ customer_id: null, siteTenant: null, siteNo: null });
  });

  it("refuse an object without the key, and a key that doesn't fit", async () => {
    await DeliveryJob.enqueue({ id: "a" });
    await using job = await DeliveryJob.start("a");
    for (const bad of [{ name: "nobody" }, { no: "seven" }, "seven"])
      expect(await failureOf(() => job.updates.set("customer", bad as never))).to.include({ code: "INVALID_UPDATE" });
    expect(await failureOf(() => job.updates.set("site", { tenant: "t" } as never))).to.include({ code: "INVALID_UPDATE" });
    await job.succeed();
    expect(await row()).to.deep.include({ customer_id: null, siteTenant: null });
  });

  it("let the last one win where two properties mean one column", async () => {
    await DeliveryJob.enqueue({ id: "a" });
    await DeliveryJob.run("a", (job) => {
      job.updates.set("payerId", 8);
      job.updates.set("payer", customer);
      job.updates.set("payerId", 8);
    });
    expect(await row()).to.deep.include({ payer_id: 8 });
  });

  it("are looked at by a criteria", async () => {
    await DeliveryJob.enqueue([{ id: "a", customer }, { id: "b" }]);
    expect(await DeliveryJob.cancel({ where: { customer } })).to.equal(1);
    expect(await DeliveryJob.cancel({ where: { customer: null } })).to.equal(1);
  });

  it("leave an unknown customer to the foreign key: refused, rolled back, recorded", async () => {
    await DeliveryJob.enqueue({ id: "a" });
    const error = await failureOf(() => DeliveryJob.run("a", (job) => job.updates.set("customer", { no: 99, name: "?" })));
    expect(error.message).to.match(/foreign key/);
    expect((await DeliveryJob.findByStatus("failed"))[0]?.errors[0]?.code).to.equal("23503");
  });

  it("assigned on the instance would be lost, so succeed refuses", async () => {
    await DeliveryJob.enqueue({ id: "a" });
    await using job = await DeliveryJob.start("a");
    (job as { customer: Customer | null }).customer = customer;
    expect((await failureOf(() => job.succeed())).columns).to.deep.equal(["customer"]);
    await job.fail(new Error("given up"));
  });
});
