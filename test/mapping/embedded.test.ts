import { expect } from "chai";
import { Column, Entity } from "typeorm";
import { InvalidUpdateError, JobEntity, JobUnsavedChangeError } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

class Geo {
  @Column({ type: "double precision", nullable: true })
  lat!: number | null;
}

class Address {
  @Column({ type: "text", nullable: true })
  city!: string | null;

  @Column({ type: "varchar", length: 5, nullable: true })
  zip!: string | null;

  @Column({ type: "jsonb", nullable: true })
  notes!: Record<string, unknown> | null;

  @Column(() => Geo)
  geo!: Geo;
}

class Mandatory {
  @Column({ type: "int", default: 1 })
  size!: number;
}

@Entity()
class LetterJob extends JobEntity {
  @Column(() => Address)
  address!: Address;

  @Column(() => Mandatory, { prefix: "m" })
  mandatory!: Mandatory;
}

const home = { city: "Ulm", zip: "89073", notes: { door: 1 }, geo: { lat: 48.4 } };

describe("embedded columns", () => {
  const schema = useSchema("mapping_embedded");

  before(() => schema.connect([LetterJob]));
  beforeEach(async () => {
    await schema.sql("DELETE FROM letter_job");
    await LetterJob.enqueue({ id: "a", address: home });
  });

  const read = async () => (await LetterJob.findOneByOrFail({ id: "a" })).address;

  it("are written at enqueue and read back, nested ones too", async () => {
    expect(await read()).to.deep.equal(home);
    const [found] = await LetterJob.findByStatus("pending");
    expect(found?.address).to.deep.equal(home);
    expect(found?.address).to.be.instanceOf(Address);
    expect(found?.mandatory.size).to.equal(1);
  });

  it("are set as one object, and the instance shows them", async () => {
    const moved = { city: "Bonn", zip: "53111", notes: null, geo: { lat: null } };
    await using job = await LetterJob.start("a");
    job.updates.set("address", moved);
    await job.succeed();
    expect(job.address).to.deep.equal(moved);
    expect(await read()).to.deep.equal(moved);
  });

  it("are set in part where the object names only a part", async () => {
    await LetterJob.run("a", (job) => job.updates.set("address", { geo: { lat: 1.5 } } as Address));
    expect(await read()).to.deep.equal({ ...home, geo: { lat: 1.5 } });
  });

  it("are all set to null by null, where they may be", async () => {
    await LetterJob.run("a", (job) => job.updates.set("address", null as never));
    expect(await read()).to.deep.equal({ city: null, zip: null, notes: null, geo: { lat: null } });
    await LetterJob.rerun({ status: "succeeded" });
    await using job = await LetterJob.start("a");
    expect(await failureOf(() => job.updates.set("mandatory", null as never))).to.include({ column: "mandatory.size" });
    await job.succeed();
  });

  for (const [what, value] of [
    ["a property that is no column", { cty: "Ulm" }],
    ["a nested property that is no column", { geo: { lat: 1 }, extra: 1 }],
    ["a value that is no object", 5],
    ["a list", []],
    ["an object without any of its columns", {}],
    ["undefined", undefined],
    ["a value that its column can't hold", { zip: "too long" }],
    ["a value of the wrong type inside", { geo: { lat: "north" } }],
  ] as const) {
    it(`refuse ${what}, and nothing is set`, async () => {
      await using job = await LetterJob.start("a");
      const error = await failureOf(() => job.updates.set({ priority: 3, address: value as never }));
      expect(error).to.be.instanceOf(InvalidUpdateError);
      await job.succeed();
      expect(await read()).to.deep.equal(home);
      expect(job.priority).to.equal(0);
    });
  }

  it("refuse merge: it is for JSON columns", async () => {
    await using job = await LetterJob.start("a");
    const error = await failureOf(() => job.updates.merge("address", { city: "X" }));
    expect(error).to.include({ code: "INVALID_UPDATE", column: "address" });
    await job.succeed();
  });

  it("are looked at by a criteria", async () => {
    expect(await LetterJob.cancel({ where: { address: { city: "Rom" } as Address } })).to.equal(0);
    expect(await LetterJob.cancel({ where: { address: { city: "Ulm" } as Address } })).to.equal(1);
  });

  it("refuse in a criteria what would be dropped from it, and match far more then", async () => {
    for (const address of [{ cty: "Ulm" }, {}, 5, { zip: "too long" }]) {
      const error = await failureOf(() => LetterJob.cancel({ status: "pending", where: { address: address as never } }));
      expect(error).to.include({ code: "INVALID_OPTION", option: "cancel.where.address" });
    }
    expect((await LetterJob.countByStatus()).pending).to.equal(1);
  });

  it("are frozen where they hold JSON, and an assignment inside is found before any statement", async () => {
    await using job = await LetterJob.start("a");
    const address = job.address as Address;
    expect(() => Object.assign(address.notes as object, { door: 2 })).to.throw(TypeError);
    address.city = "Rom";
    const error = await failureOf(() => job.succeed());
    expect(error).to.be.instanceOf(JobUnsavedChangeError);
    expect(error.columns).to.deep.equal(["address.city"]);
    address.city = "Ulm";
    await job.succeed();
  });
});
