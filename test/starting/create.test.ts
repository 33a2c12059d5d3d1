import { expect } from "chai";
import {
  InvalidDataError,
  InvalidOptionError,
  InvalidUpdateError,
  JobAlreadySucceededError,
  JobIgnoredError,
  JobLockedError,
  type JobRepository,
  jobs,
} from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Line, Paper, Parcel } from "./jobs.js";
import { databaseNow, lapse, liesBetween, recordWrites, storedJob, untilWaiting, writesOf } from "./rows.js";
import { thrownBy } from "./thrown.js";

const CALLERS = 50;

describe("start with create", () => {
  const schema = useSchema("start_create");
  let parcels: JobRepository<Parcel>;
  let lines: JobRepository<Line>;

  before(async () => {
    const source = await schema.connect(entities, { poolSize: 25 });
    parcels = jobs(Parcel, source);
    lines = jobs(Line, source);
    await recordWrites(schema, "parcel");
  });

  it("makes a missing row and starts it in one statement", async () => {
    const after = await databaseNow(schema);
    const job = await parcels.start("new", { create: { data: { n: 4 }, weight: 2, priority: -3 }, expire: "15m" });
    const before = await databaseNow(schema);
    expect(job).to.include({ id: "new", kind: "in_progress", fence: 1, retry: 0, weight: 2, priority: -3, runAt: null });
    expect(job.data).to.deep.equal({ n: 4 });
    expect(await writesOf(schema, "new")).to.deep.equal([{ op: "INSERT", status: 20, fence: 1, retry: 0, lock: job.lock }]);
    const { job: stored } = await storedJob(schema, "parcel", "new");
    expect(stored).to.include({ reason: null, run_at: null, finished_at: null, lock_by: job.lockBy });
    expect(stored.errors).to.deep.equal([]);
    for (const column of ["created_at", "updated_at", "lock_at"]) {
      expect(await liesBetween(schema, column, "new", { after, before }), column).to.equal(true);
    }
    expect(await liesBetween(schema, "lock_until", "new", { after, before, shift: "15 minutes" })).to.equal(true);
    await job.succeed();
  });

  it("makes a row of the columns' defaults when nothing is given", async () => {
    const job = await parcels.start("bare", { create: {} });
    expect(job).to.include({ priority: 0, weight: null });
    expect(job.data).to.deep.equal({});
  });

  it("starts a row that exists, and leaves what it holds", async () => {
    await parcels.enqueue({ id: "there", data: { n: 1 }, weight: 1 });
    const job = await parcels.start("there", { create: { data: { n: 2 }, weight: 2 } });
    expect(job).to.include({ weight: 1, fence: 1 });
    expect(job.data).to.deep.equal({ n: 1 });
  });

  it("refuses a row that runs, succeeded or is ignored, and writes nothing", async () => {
    await parcels.enqueue([{ id: "runs" }, { id: "done" }, { id: "over" }]);
    await parcels.start("runs");
    await parcels.run("done", () => {});
    await parcels.cancel({ key: "over" });
    const rows = () => Promise.all(["runs", "done", "over"].map((id) => storedJob(schema, "parcel", id)));
    const before = await rows();
    const create = { data: { n: 9 } };
    await thrownBy(parcels.start("runs", { create }), JobLockedError);
    await thrownBy(parcels.start("done", { create }), JobAlreadySucceededError);
    await thrownBy(parcels.start("over", { create }), JobIgnoredError);
    expect(await parcels.tryRun("runs", () => expect.fail("it must not run"), { create })).to.equal(null);
    expect(await rows()).to.deep.equal(before);
  });

  it("takes over a lost attempt, counted, and ends it when it was the last", async () => {
    await parcels.enqueue({ id: "lost" });
    await parcels.start("lost");
    await lapse(schema, "parcel", "lost");
    expect(await parcels.start("lost", { create: {} })).to.include({ retry: 1, fence: 2 });
    await lapse(schema, "parcel", "lost");
    await thrownBy(parcels.start("lost", { create: {}, maxAttempts: 2 }), JobIgnoredError);
    expect((await storedJob(schema, "parcel", "lost")).job).to.include({ status: 50, retry: 2, lock: null });
  });

  it("has exactly one winner of 50 callers, and one row", async () => {
    const holder = await schema.client();
    await holder.query("BEGIN; LOCK TABLE parcel IN SHARE MODE");
    const create = { data: { n: 1 } };
    const starts = Promise.allSettled(Array.from({ length: CALLERS }, () => parcels.start("raced", { create })));
    await untilWaiting(schema, 25); // the whole pool; the others come as connections are given back
    await holder.query("COMMIT");
    const results = await starts;
    const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(won).to.have.lengthOf(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).to.be.an.instanceOf(JobLockedError);
    }
    expect(await writesOf(schema, "raced")).to.deep.equal([
      { op: "INSERT", status: 20, fence: 1, retry: 0, lock: won[0]!.lock },
    ]);
  });

  it("makes the row in the first step, or in the one that is asked", async () => {
    expect(await Paper.start("first", { create: {} })).to.include({ step: "download", status: 12 });
    expect(await Paper.start("middle", { create: {}, step: "parse" })).to.include({ step: "parse", status: 22 });
  });

  it("makes a row of a composite key, and gives a version column its first value", async () => {
    const job = await lines.start({ tenant: "a", no: 7 }, { create: { data: { n: 1 } } });
    expect(job).to.include({ tenant: "a", no: 7, version: 1, fence: 1 });
    expect(job.data).to.deep.equal({ n: 1 });
    await job.succeed();
    expect(job).to.include({ version: 2, kind: "succeeded" });
  });

  it("refuses what a new row can't hold, before any statement", async () => {
    const asked = (create: unknown) => parcels.start("wrong", { create: create as never });
    expect(await thrownBy(asked({ data: { when: Number.NaN } }), InvalidDataError)).to.include({ path: "data.when" });
    expect(await thrownBy(asked({ weight: "heavy" }), InvalidUpdateError)).to.include({ column: "weight" });
    expect(await thrownBy(asked({ fence: 4 }), InvalidUpdateError)).to.include({ column: "fence" });
    for (const create of [{ wieght: 1 }, { runAt: new Date() }, { delay: "1h" }, { id: "other" }]) {
      const error = await thrownBy(asked(create), InvalidOptionError);
      expect(error.message).to.include(Object.keys(create)[0]);
    }
    expect((await thrownBy(asked({ wieght: 1 }), InvalidOptionError)).message).to.include('did you mean "weight"');
    for (const create of [null, "data", 1, [], [{ data: {} }]]) {
      expect(await thrownBy(asked(create), InvalidOptionError)).to.include({ option: "create" });
    }
    expect(await schema.sql("SELECT id FROM parcel WHERE id IN ('wrong', 'other')")).to.deep.equal([]);
  });

  it("takes a column of undefined as not given", async () => {
    expect(await parcels.start("undefined", { create: { data: undefined, weight: undefined } as never })).to.include({
      weight: null,
    });
  });
});
