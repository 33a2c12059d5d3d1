import { expect } from "chai";
import { JobStatus } from "../../src/index.js";
import { type RawRow, useJobs } from "./use-jobs.js";

/** What the lock columns hold once an attempt is over. */
const unlocked = { lock: null, lock_until: null, lock_by: null };

describe("an outcome writes", () => {
  const test = useJobs("written");

  it("succeed: succeeded, finished, not due, unlocked, retry 0, with the updates; the history stays", async () => {
    const before = await failedOnce();
    const job = await test.jobs.start(before.id);
    job.updates.set({ rows: 42, note: "done", priority: 7 });
    job.updates.merge("data", { version: 2 });
    await job.succeed();
    const row = await test.row(before.id);
    expect(row).to.deep.include({ status: JobStatus.Succeeded, reason: null, run_at: null, ...unlocked, fence: 2, retry: 0 });
    expect(row).to.deep.include({ rows: 42, note: "done", priority: 7, data: { url: "u", version: 2 } });
    expect(row.errors).to.deep.equal(before.errors);
    expect(row.created_at).to.deep.equal(before.created_at);
    expect(row.lock_at!.getTime()).to.be.greaterThan(before.lock_at!.getTime());
    expectJustNow(row.finished_at, row);
    expect(row.updated_at.getTime()).to.be.at.least(row.lock_at!.getTime());
    expectShown(job, row);
  });

  it("fail: failed, due after the backoff, not finished, unlocked, retry + 1, with a record; the updates are dropped", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    const { lockBy } = job;
    job.updates.set({ rows: 42 });
    job.updates.merge("data", { version: 2 });
    job.updates.write(() => Promise.reject(new Error("never called")));
    await job.fail(Object.assign(new TypeError("boom", { cause: new RangeError("below") }), { code: "E_BOOM" }));
    const row = await test.row(id);
    expect(row).to.deep.include({
      status: JobStatus.Failed,
      reason: "E_BOOM",
      finished_at: null,
      ...unlocked,
      fence: 1,
      retry: 1,
    });
    expect(row).to.deep.include({ rows: null, data: { url: "u", version: 1 } });
    expect(row.run_at!.getTime()).to.be.greaterThan(row.updated_at.getTime());
    const [record, ...others] = row.errors;
    expect(others).to.deep.equal([]);
    expect(record).to.have.all.keys("attempt", "fence", "at", "by", "error", "traceback", "code", "cause");
    expect(record).to.deep.include({ attempt: 1, fence: 1, by: lockBy, error: "TypeError: boom", code: "E_BOOM" });
    expect(record!.cause).to.equal("RangeError: below");
    expect(record!.traceback).to.match(/^TypeError: boom\n {4}at .*written-rows\.test/);
    expect(record!.traceback).to.include("Caused by: RangeError: below\n    at ");
    expect(record!.at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(record!.at) - row.updated_at.getTime())).to.be.below(1_000);
    expectShown(job, row);
  });

  it("the last fail: ignored, reason exhausted, finished, not due", async () => {
    const { id } = await failedOnce();
    await test.schema.sql("UPDATE outcome_job SET retry = 2 WHERE id = $1", [id]);
    const job = await test.jobs.start(id);
    await job.fail(new Error("again"));
    const row = await test.row(id);
    expect(row).to.deep.include({
      status: JobStatus.Ignored,
      reason: "exhausted",
      run_at: null,
      ...unlocked,
      fence: 2,
      retry: 3,
    });
    expect(row.errors.map(({ attempt, error }) => [attempt, error])).to.deep.equal([
      [1, "Error: first"],
      [3, "Error: again"],
    ]);
    expectJustNow(row.finished_at, row);
    expectShown(job, row);
  });

  it("maxAttempts of the call decides its own failure", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id, { maxAttempts: 1 });
    await job.fail(new Error("only one"));
    expect(await test.row(id)).to.include({ status: JobStatus.Ignored, reason: "exhausted" });
  });

  it("ignore: ignored, reason ignored, finished, not due, retry as it was, with a record that says why", async () => {
    const { id } = await failedOnce();
    const job = await test.jobs.start(id);
    job.updates.set({ rows: 42 });
    await job.ignore("the customer is gone");
    const row = await test.row(id);
    expect(row).to.deep.include({
      status: JobStatus.Ignored,
      reason: "ignored",
      run_at: null,
      ...unlocked,
      fence: 2,
      retry: 1,
    });
    expect(row.rows).to.equal(null);
    expect(row.errors).to.have.length(2);
    expect(row.errors[1]).to.include({ attempt: 2, fence: 2, code: "ignored", error: "IgnoreJobError: the customer is gone" });
    expectJustNow(row.finished_at, row);
    expectShown(job, row);
  });

  it("release: pending, due after the delay, with the reason given, retry as it was, no record", async () => {
    const before = await failedOnce();
    const job = await test.jobs.start(before.id);
    job.updates.set({ rows: 42 });
    await job.release({ delay: "5m", reason: "rate limited" });
    const row = await test.row(before.id);
    expect(row).to.deep.include({
      status: JobStatus.Pending,
      reason: "rate limited",
      finished_at: null,
      ...unlocked,
      fence: 2,
      retry: 1,
    });
    expect(row.rows).to.equal(null);
    expect(row.errors).to.deep.equal(before.errors);
    expect(row.run_at!.getTime() - row.updated_at.getTime()).to.be.within(299_000, 300_000);
    expectShown(job, row);
  });

  it("release without options: due at once, no reason", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    await job.release();
    const row = await test.row(id);
    expect(row).to.include({ status: JobStatus.Pending, reason: null });
    expect(row.run_at!.getTime()).to.be.at.most(row.updated_at.getTime());
  });

  it("the reason of a release fits its column or is refused before any statement, and the attempt stays open", async () => {
    const job = await test.jobs.start(await test.pending());
    test.log.take();
    for (const options of [{ reason: "x".repeat(65) }, { delay: -1 }, { delay: "soon" }]) {
      const error: unknown = await job.release(options).catch((thrown: unknown) => thrown);
      expect(error).to.have.property("code", "INVALID_OPTION");
    }
    expect(test.log.take()).to.deep.equal([]);
    await job.release({ reason: `\0${"x".repeat(63)}` });
    expect(job.reason).to.equal(`\ufffd${"x".repeat(63)}`);
  });

  async function failedOnce(): Promise<RawRow> {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    await job.fail(new Error("first"));
    return test.row(id);
  }
});

function expectJustNow(time: Date | null, { updated_at }: RawRow): void {
  expect(time).to.be.a("date");
  expect(Math.abs(time!.getTime() - updated_at.getTime())).to.be.below(1_000);
}

/** The instance shows the row as written. */
function expectShown(job: object, row: RawRow): void {
  const { run_at, lock_at, lock_until, lock_by, created_at, updated_at, finished_at, ...same } = row;
  const shown = { runAt: run_at, lockAt: lock_at, lockUntil: lock_until, lockBy: lock_by, createdAt: created_at };
  expect(job).to.deep.include({ ...same, ...shown, updatedAt: updated_at, finishedAt: finished_at });
}
