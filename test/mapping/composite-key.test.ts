import { expect } from "chai";
import { BaseEntity, Column, Entity, PrimaryColumn } from "typeorm";
import { JobExistsError, JobMixin, JobNotFoundError } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { failureOf } from "./failure-of.js";

enum Region {
  North = "north",
  South = "south",
}

@Entity()
class TenantOrder extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "int" })
  no!: number;

  @PrimaryColumn({ type: "enum", enum: Region })
  region!: Region;

  @Column({ type: "int", nullable: true })
  total!: number | null;
}

class Place {
  @PrimaryColumn({ type: "text" })
  street!: string;

  @PrimaryColumn({ type: "int" })
  number!: number;
}

@Entity()
class HouseJob extends JobMixin(BaseEntity) {
  @Column(() => Place)
  place!: Place;
}

describe("a composite key", () => {
  const schema = useSchema("mapping_composite");
  const key = (no: number, region = Region.North) => ({ tenant: "t", no, region });

  before(() => schema.connect([TenantOrder, HouseJob]));
  beforeEach(async () => {
    await schema.sql("DELETE FROM tenant_order");
    await TenantOrder.enqueue([1, 2, 3].map((no) => ({ ...key(no), total: no })));
  });

  it("names one job in start, outcomes, extend and errors", async () => {
    const job = await TenantOrder.start(key(1));
    expect(job).to.deep.include(key(1));
    const refused = await failureOf(() => TenantOrder.start(key(1)));
    expect(refused).to.include({ code: "JOB_LOCKED" });
    expect(refused.key).to.deep.equal(key(1));
    await job.extend("1h");
    job.updates.set("total", 10);
    job.updates.write(async (tx) => {
      expect(await tx.countBy(TenantOrder, { total: 10 })).to.equal(1);
    });
    await job.succeed();
    expect(await TenantOrder.findOneByOrFail(key(1))).to.include({ total: 10, status: 40, fence: 1 });
    expect(await TenantOrder.countByStatus()).to.include({ succeeded: 1, pending: 2 });
  });

  it("is refused when a part is missing or can't be one, before any statement", async () => {
    for (const bad of [{ tenant: "t", no: 1 }, { ...key(1), no: "one" }, { ...key(1), region: "west" }, "t", null, undefined]) {
      const error = await failureOf(() => TenantOrder.start(bad as never));
      expect(error).to.include({ code: "INVALID_OPTION", option: "key" });
    }
    expect(await failureOf(() => TenantOrder.start(key(9)))).to.be.instanceOf(JobNotFoundError);
  });

  it("creates the row at a start", async () => {
    await TenantOrder.run(key(7, Region.South), () => {}, { create: { total: 1 } });
    expect(await TenantOrder.findOneByOrFail(key(7, Region.South))).to.include({ total: 1, status: 40 });
  });

  it("is checked at enqueue, alone and as a whole", async () => {
    expect(await failureOf(() => TenantOrder.enqueue({ tenant: "t", no: 5 }))).to.include({ code: "INVALID_OPTION" });
    expect(await failureOf(() => TenantOrder.enqueue([key(8), key(8)]))).to.be.instanceOf(JobExistsError);
    expect(await failureOf(() => TenantOrder.enqueue([key(8), key(1)]))).to.be.instanceOf(JobExistsError);
    expect(await TenantOrder.count()).to.equal(3);
    expect(await TenantOrder.enqueue([key(8), key(1)], { onConflict: "ignore" })).to.have.lengthOf(1);
    const replaced = await TenantOrder.enqueue({ ...key(1), total: 100 }, { onConflict: "replace" });
    expect(replaced).to.include({ total: 100, status: 10 });
  });

  it("names jobs in criteria: rerun, cancel, schedule, purge, queries", async () => {
    expect(await TenantOrder.cancel({ keys: [key(1), key(2), key(1, Region.South)] })).to.equal(2);
    expect(await TenantOrder.rerun({ key: key(1), reason: "cancelled" })).to.equal(1);
    expect(await TenantOrder.schedule({ keys: [key(1), key(3)] }, { delay: "1h" })).to.equal(2);
    expect(await TenantOrder.cancel({ where: { no: 3 } })).to.equal(1);
    expect(await TenantOrder.purge({ status: "ignored", olderThan: 0 })).to.equal(2);
    expect((await TenantOrder.findByStatus("pending")).map(({ no }) => no)).to.deep.equal([1]);
  });

  it("is held by heartbeats, rescued and taken over", async () => {
    const held = await TenantOrder.start(key(1), { expire: 300 });
    const lockUntil = async () => (await TenantOrder.findOneByOrFail(key(1))).lockUntil!.getTime();
    const first = await lockUntil();
    await until(async () => (await lockUntil()) !== first, { what: "a heartbeat" });
    await held.release();
    const lost = await TenantOrder.start(key(1));
    await schema.sql("UPDATE tenant_order SET lock_until = now() - interval '1 hour' WHERE no = 1");
    expect(await TenantOrder.findExpired({ key: key(1) })).to.have.lengthOf(1);
    expect(await TenantOrder.rescue()).to.equal(1);
    expect((await failureOf(() => lost.succeed())).code).to.equal("JOB_LOCK_LOST");
    expect(await TenantOrder.findOneByOrFail(key(1))).to.include({ retry: 1, status: 30 });
  });

  it("can't be changed", async () => {
    await using job = await TenantOrder.start(key(1));
    expect(await failureOf(() => job.updates.set("no", 5))).to.include({ code: "INVALID_UPDATE", column: "no" });
    await job.succeed();
  });

  it("may be embedded", async () => {
    const place = { street: "Main", number: 1 };
    await HouseJob.enqueue([{ place }, { place: { street: "Main", number: 2 } }]);
    await HouseJob.run({ place }, (job) => job.updates.set("priority", 2));
    expect(await HouseJob.cancel({ keys: [{ place: { street: "Main", number: 2 } }] })).to.equal(1);
    expect(await HouseJob.countByStatus()).to.include({ succeeded: 1, ignored: 1 });
    expect((await failureOf(() => HouseJob.start({ place }))).key).to.deep.equal({ place });
  });
});
