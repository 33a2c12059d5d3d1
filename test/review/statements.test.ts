import { expect } from "chai";
import type { DataSource } from "typeorm";
import { JobLockedError, JobStatus, jobs } from "../../src/index.js";
import { tableOf } from "../../src/table/tables.js";
import { useSchema } from "../support/schema.js";
import { Crate } from "./jobs.js";

describe("statements of a long-lived process", () => {
  const schema = useSchema("review_statements");
  let source: DataSource;

  before(async () => {
    source = await schema.connect([Crate], { poolSize: 1 });
  });

  /** Statements that the server keeps for the pool's one connection, and that set columns. */
  const kept = async () =>
    Number(
      (await source.query("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%\"finished_at\" = %'"))[0].count,
    );

  it("are not outlived by a migration: a column gets another type, and jobs run on as before", async () => {
    await Crate.enqueue([{ id: "before" }, { id: "after" }]);
    await Crate.run("before", (job) => job.updates.set("label", "x"));
    await schema.sql("ALTER TABLE crate ALTER COLUMN label TYPE varchar(40)");
    await Crate.run("after", (job) => job.updates.set("label", "x"));
    expect(await Crate.findByStatus("succeeded")).to.have.lengthOf(2);
  });

  it("with a write callback either: the success is tried again, not recorded as a failure", async () => {
    await Crate.enqueue([{ id: "w1" }, { id: "w2" }]);
    const write = async () => {};
    await Crate.run("w1", (job) => {
      job.updates.set("label", "x");
      job.updates.write(write);
    });
    const job = await Crate.start("w2");
    await schema.sql("ALTER TABLE crate ALTER COLUMN label TYPE varchar(41)");
    job.updates.set("label", "y");
    job.updates.write(write);
    await job.succeed();
    expect(job).to.include({ label: "y", status: JobStatus.Succeeded });
    expect(job.errors).to.deep.equal([]);
  });

  it("are the same whatever order columns are set in", async () => {
    await Crate.enqueue({ id: "order" });
    const counts: number[] = [];
    for (const names of [
      ["a", "b", "label"],
      ["b", "label", "a"],
      ["label", "a", "b"],
    ] as const) {
      const job = await Crate.start("order", { startableFrom: "succeeded" });
      for (const name of names) job.updates.set(name, name === "label" ? "x" : (1 as never));
      await job.succeed();
      counts.push(await kept());
    }
    expect(new Set(counts).size).to.equal(1);
  });

  it("don't get mixed up by a comma in a column's name", async () => {
    await Crate.enqueue([{ id: "two" }, { id: "one" }]);
    await Crate.run("two", (job) => job.updates.set({ a: 1, b: 2 }));
    await Crate.run("one", (job) => job.updates.set({ both: 3 }));
    expect(await Crate.findOneByOrFail({ id: "two" })).to.include({ a: 1, b: 2, both: null });
    expect(await Crate.findOneByOrFail({ id: "one" })).to.include({ a: null, b: null, both: 3 });
  });

  it("are kept up to a limit, and built each time beyond it", () => {
    const table = tableOf(source, Crate);
    const build = () => ({ text: "SELECT 1", params: [], name: "tj_x" });
    for (let n = 0; n < 1000; n++) table.statement(`made ${n}`, build);
    expect(table.statement("made 0", build).name).to.equal("tj_x");
    expect(table.statement("made 1000", build).name).to.equal(undefined);
  });
});

describe("starts under a stricter isolation", () => {
  const schema = useSchema("review_isolation");

  for (const level of ["repeatable read", "serializable"]) {
    it(`of one job at once under ${level}: one wins, the others are refused, none gets a serialization failure`, async () => {
      const options = `-c default_transaction_isolation=${level.replace(" ", "\\ ")}`;
      const crates = jobs(Crate, await schema.connect([Crate], { extra: { options } }));
      await crates.enqueue({ id: level });
      for (let round = 0; round < 10; round++) {
        const starts = Array.from({ length: 10 }, () => crates.start(level, { startableFrom: "succeeded" }));
        const results = await Promise.allSettled(starts);
        const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
        const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
        expect(won).to.have.lengthOf(1);
        for (const reason of refused) expect(reason).to.be.instanceOf(JobLockedError);
        await won[0]!.succeed();
      }
    });
  }
});
