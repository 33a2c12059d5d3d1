import { expect } from "chai";
import { BaseEntity, Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";
import { JobEntity, JobMixin } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

@Entity()
class CountedJob extends JobMixin(BaseEntity) {
  @PrimaryGeneratedColumn("increment", { type: "bigint" })
  id!: string;

  @Column({ type: "text", nullable: true })
  name!: string | null;
}

@Entity()
class UuidJob extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "uuid" })
  id!: string;
}

@Entity()
class TextJob extends JobEntity {}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("a single key", () => {
  const schema = useSchema("mapping_keys");

  before(() => schema.connect([CountedJob, UuidJob, TextJob]));

  it("that the database counts is left to it, and may be given as number, bigint or text", async () => {
    const made = await CountedJob.enqueue([{ name: "a" }, { name: "b" }, { name: "c" }]);
    expect(made.map(({ name }) => name)).to.deep.equal(["a", "b", "c"]);
    const [a, b, c] = made.map(({ id }) => id) as [string, string, string];
    await CountedJob.run(a, () => {});
    await CountedJob.run(Number(b) as never, () => {});
    await CountedJob.run(BigInt(c) as never, () => {});
    await CountedJob.run({ id: a }, () => {}, { startableFrom: "succeeded" });
    expect(await CountedJob.countByStatus()).to.include({ succeeded: 3 });
    expect(await CountedJob.rerun({ keys: [a, b], status: "succeeded" })).to.equal(2);
  });

  it("beyond the precise integers of JavaScript keeps its digits", async () => {
    const id = "9007199254740993";
    expect((await CountedJob.enqueue({ id }))?.id).to.equal(id);
    await CountedJob.run(BigInt(id) as never, () => {});
    expect((await CountedJob.findOneByOrFail({ id })).status).to.equal(40);
    expect(await failureOf(() => CountedJob.start((2 ** 53) as never))).to.include({ code: "INVALID_OPTION" });
  });

  it("of the wrong type is refused before any statement", async () => {
    for (const bad of ["one", 1.5, Number.NaN, true, [1], { id: "x" }, "9223372036854775808"])
      expect(await failureOf(() => CountedJob.start(bad as never))).to.include({ code: "INVALID_OPTION", option: "key" });
    expect(await failureOf(() => UuidJob.start("no-uuid"))).to.include({ code: "INVALID_OPTION" });
    expect(await failureOf(() => TextJob.start("x".repeat(256)))).to.include({ code: "INVALID_OPTION" });
    expect(await failureOf(() => TextJob.start("nul\0"))).to.include({ code: "INVALID_OPTION" });
    expect(await failureOf(() => TextJob.start(5 as never))).to.include({ code: "INVALID_OPTION" });
  });

  it("of text or uuid is made when it isn't given: a UUIDv7", async () => {
    expect((await UuidJob.enqueue({}))?.id).to.match(UUID_V7);
    const made = await TextJob.enqueue([{}, {}]);
    for (const { id } of made) expect(id).to.match(UUID_V7);
    expect(made[0]!.id < made[1]!.id).to.equal(true);
  });

  it("of a uuid works for every verb", async () => {
    const { id } = (await UuidJob.enqueue({}))!;
    await UuidJob.run(id.toUpperCase(), () => {});
    expect(await UuidJob.rerun({ keys: [id], status: "succeeded" })).to.equal(1);
    expect(await UuidJob.cancel({ key: id })).to.equal(1);
  });

  it("of text is taken letter by letter", async () => {
    const ids = ["a", "A", " a", "a ", "ä", "a\u0308", "'; DROP TABLE text_job; --", '"', "\\", "%", "{}", "null", "😀"];
    await TextJob.enqueue(ids.map((id) => ({ id })));
    for (const id of ids) await TextJob.run(id, (job) => expect(job.id).to.equal(id));
    expect(await TextJob.rerun({ keys: ids, status: "succeeded" })).to.equal(ids.length);
  });
});
