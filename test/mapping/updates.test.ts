import { expect } from "chai";
import { Column, CreateDateColumn, DeleteDateColumn, Entity } from "typeorm";
import { InvalidOptionError, InvalidUpdateError, JobAlreadySettledError, JobEntity, type Started } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

interface Payload {
  url?: string;
  nested?: { n: number };
  list?: number[];
  extra?: unknown;
}

@Entity()
class PageJob extends JobEntity<Payload> {
  @Column({ type: "int", nullable: true })
  rowCount!: number | null;

  @Column({ type: "jsonb", nullable: true })
  meta!: Record<string, unknown> | null;

  @Column({ type: "text", array: true, nullable: true })
  tags!: string[] | null;

  @Column({ type: "bytea", nullable: true })
  bytes!: Buffer | null;

  @Column({ type: "timestamptz", nullable: true })
  seenAt!: Date | null;

  @Column({ type: "text", nullable: true, update: false })
  origin!: string | null;

  @CreateDateColumn({ type: "timestamptz" })
  bornAt!: Date;

  @DeleteDateColumn({ type: "timestamptz" })
  goneAt!: Date | null;
}

const MANAGED =
  "status reason lock lockAt lockUntil lockBy fence retry errors createdAt updatedAt finishedAt runAt id bornAt goneAt origin".split(
    " ",
  );

const OF_THE_ENTITY = new Set(["id", "bornAt", "goneAt", "origin"]);

/** Any name, as JavaScript users may give it. */
const set = (job: Started<PageJob>, column: string, value: unknown) => job.updates.set(column as "rowCount", value as never);

describe("updates", () => {
  const schema = useSchema("mapping_updates");
  let job: Started<PageJob>;

  before(() => schema.connect([PageJob]));
  beforeEach(async () => {
    await schema.sql("DELETE FROM page_job");
    await PageJob.enqueue({ id: "a", data: { url: "x", nested: { n: 1 } } });
    job = await PageJob.start("a");
  });
  afterEach(() => job.fail(new Error("end of test")).catch(() => {}));

  const read = () => PageJob.findOneByOrFail({ id: "a" });

  for (const column of MANAGED) {
    it(`refuse ${column}, which the library, the key or the database keeps`, async () => {
      const value = (await read())[column as "status"];
      const error = await failureOf(() => set(job, column, value ?? "x"));
      expect(error).to.be.instanceOf(InvalidUpdateError);
      expect(error).to.include({ column });
      if (!OF_THE_ENTITY.has(column)) expect(error).to.include({ why: "the library alone writes this column" });
    });
  }

  it("refuse a name that is no column, and name the nearest", async () => {
    expect((await failureOf(() => set(job, "rowcount", 1))).message).to.match(/no such column \(did you mean "rowCount"\?\)/);
    expect((await failureOf(() => set(job, "zzz", 1))).message).to.match(/PageJob has no such column$/);
    for (const name of ["kind", "step", "updates", "constructor", "__proto__", "toString", ""])
      expect(await failureOf(() => set(job, name, 1)), name).to.be.instanceOf(InvalidUpdateError);
  });

  it("refuse something else than a column and its value, or an object of them", async () => {
    for (const bad of [null, undefined, 5, Symbol("s"), () => {}])
      expect(await failureOf(() => job.updates.set(bad as never)), String(bad)).to.be.instanceOf(InvalidOptionError);
    expect(await failureOf(() => job.updates.write("no function" as never))).to.be.instanceOf(InvalidOptionError);
  });

  it("set several columns all or nothing", async () => {
    job.updates.set("rowCount", 1);
    const error = await failureOf(() => job.updates.set({ rowCount: 2, priority: 9, tags: [5 as never] }));
    expect(error).to.include({ column: "tags" });
    await failureOf(() => job.updates.set({ priority: 9, status: 40 } as never));
    await job.succeed();
    expect(await read()).to.include({ rowCount: 1, priority: 0, tags: null });
  });

  it("take what was set last", async () => {
    job.updates.set({ rowCount: 1, priority: 1 });
    job.updates.set("rowCount", 2);
    await job.succeed();
    expect(await read()).to.include({ rowCount: 2, priority: 1 });
    expect(job).to.include({ rowCount: 2, priority: 1 });
  });

  it("take values as they are when they are set: later changes have no effect", async () => {
    const given = {
      data: { nested: { n: 1 }, list: [1] },
      meta: { deep: [{ n: 1 }] },
      tags: ["one"],
      bytes: Buffer.from([1]),
      seenAt: new Date(1_000),
    };
    job.updates.set(given);
    given.data.nested.n = 2;
    given.data.list.push(2);
    given.meta.deep[0]!.n = 2;
    given.tags.push("two");
    given.bytes[0] = 2;
    given.seenAt.setTime(2_000);
    await job.succeed();
    const row = await read();
    expect(row.data).to.deep.equal({ nested: { n: 1 }, list: [1] });
    expect(row.meta).to.deep.equal({ deep: [{ n: 1 }] });
    expect(row).to.deep.include({ tags: ["one"], bytes: Buffer.from([1]), seenAt: new Date(1_000) });
  });

  it("are dropped by a failure", async () => {
    job.updates.set("rowCount", 5);
    await job.fail(new Error("no"));
    expect(await read()).to.include({ rowCount: null });
  });

  it("are refused after the outcome", async () => {
    await job.succeed();
    for (const late of [
      () => set(job, "rowCount", 1),
      () => job.updates.merge("data", {}),
      () => job.updates.write(async () => {}),
    ])
      expect(await failureOf(late)).to.be.instanceOf(JobAlreadySettledError);
  });

  it("of an instance that was only read are refused", async () => {
    const found = await read();
    expect(await failureOf(() => (found as unknown as Started<PageJob>).updates)).to.include({ code: "JOB_NOT_STARTED" });
  });
});
