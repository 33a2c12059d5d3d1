import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { Entity } from "typeorm";
import { JobEntity, JobLockLostError, type JobPolicy, JobTimeoutError } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { aborted, rejection } from "./harness.js";

@Entity({ name: "limited_job" })
class LimitedJob extends JobEntity {
  static override readonly policy: JobPolicy = { timeout: 100, timeoutGrace: 100 };
}

@Entity({ name: "gracious_job" })
class GraciousJob extends JobEntity {
  static override readonly policy: JobPolicy = { timeout: 100 };
}

@Entity({ name: "unlimited_job" })
class UnlimitedJob extends JobEntity {}

describe("timeout", () => {
  const schema = useSchema("timeout");
  const never = () => new Promise<never>(() => {});

  before(() => schema.connect([LimitedJob, GraciousJob, UnlimitedJob]));

  it("fails an attempt whose handler never returns, and run rejects", async () => {
    await LimitedJob.enqueue({ id: "never" });
    let reason: unknown;
    const error = await rejection(
      LimitedJob.run("never", (job) => {
        job.signal.addEventListener("abort", () => {
          reason = job.signal.reason;
        });
        return never();
      }),
    );
    expect(error).to.be.instanceOf(JobTimeoutError).and.include({ jobClass: "LimitedJob", key: "never", timeout: 100 });
    expect(reason).to.equal(error);
    // Recorded before run rejects.
    const row = await LimitedJob.findOneByOrFail({ id: "never" });
    expect(row).to.include({ kind: "failed", reason: "timeout", retry: 1, lock: null });
    expect(row.errors).to.have.length(1);
    expect(row.errors[0]).to.include({ code: "timeout", attempt: 1, fence: 1 });
    expect(row.errors[0]?.error).to.equal('JobTimeoutError: LimitedJob "never" ran longer than its timeout of 100 ms');
  });

  it("is the reason of a handler that the signal ended, though what it threw is an AbortError", async () => {
    await GraciousJob.enqueue({ id: "aborted" });
    const error = await rejection(GraciousJob.run("aborted", (job) => setTimeout(60_000, undefined, { signal: job.signal })));
    expect(error).to.include({ name: "AbortError" });
    const row = await GraciousJob.findOneByOrFail({ id: "aborted" });
    expect(row).to.include({ kind: "failed", reason: "timeout" });
    expect(row.errors[0]).to.include({ code: "timeout" });
    expect(row.errors[0]?.error).to.match(/^AbortError: /);
  });

  it("lets run go when the handler has succeeded by itself and never returns; the success stands", async () => {
    await LimitedJob.enqueue({ id: "done" });
    const error = await rejection(
      LimitedJob.run("done", async (job) => {
        await job.succeed();
        return never();
      }),
    );
    expect(error).to.be.instanceOf(JobTimeoutError);
    const row = await LimitedJob.findOneByOrFail({ id: "done" });
    expect(row).to.include({ kind: "succeeded", reason: null, retry: 0 });
    expect(row.errors).to.deep.equal([]);
  });

  it("ends form B too: the signal aborts, then the attempt is failed, whatever the block does", async () => {
    await LimitedJob.enqueue({ id: "block" });
    await using job = await LimitedJob.start("block");
    expect(await aborted(job.signal)).to.be.instanceOf(JobTimeoutError);
    await failed("block");
    expect(await rejection(job.succeed())).to.be.instanceOf(JobLockLostError);
  });

  it("answers every outcome that comes too late with JobLockLostError, and changes nothing", async () => {
    await LimitedJob.enqueue({ id: "late" });
    const job = await LimitedJob.start("late");
    await failed("late");
    const before = await schema.sql("SELECT * FROM limited_job WHERE id = 'late'");
    expect(await rejection(job.succeed())).to.be.instanceOf(JobLockLostError);
    expect(await rejection(job.fail(new Error("late")))).to.be.instanceOf(JobLockLostError);
    expect(await rejection(job.ignore("late"))).to.be.instanceOf(JobLockLostError);
    expect(await rejection(job.release())).to.be.instanceOf(JobLockLostError);
    expect(await rejection(job.extend())).to.be.instanceOf(JobLockLostError);
    await job[Symbol.asyncDispose]();
    expect(await schema.sql("SELECT * FROM limited_job WHERE id = 'late'")).to.deep.equal(before);
  });

  it("records a handler that stops in time as it ended: its own error", async () => {
    await GraciousJob.enqueue({ id: "own-error" });
    const stopped = new RangeError("stopped half-way");
    const work = (job: { signal: AbortSignal }) =>
      new Promise<never>((_, reject) => job.signal.addEventListener("abort", () => reject(stopped)));
    expect(await rejection(GraciousJob.run("own-error", work))).to.equal(stopped);
    expect(await GraciousJob.findOneByOrFail({ id: "own-error" })).to.include({ kind: "failed", reason: "RangeError" });
  });

  it("records a handler that throws the signal's reason as timed out", async () => {
    await GraciousJob.enqueue({ id: "reason" });
    const work = (job: { signal: AbortSignal }) =>
      new Promise<never>((_, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason)));
    expect(await rejection(GraciousJob.run("reason", work))).to.be.instanceOf(JobTimeoutError);
    const row = await GraciousJob.findOneByOrFail({ id: "reason" });
    expect(row).to.include({ kind: "failed", reason: "timeout" });
    expect(row.errors[0]).to.include({ code: "timeout" });
  });

  it("lets a handler succeed that returns within the grace period", async () => {
    await GraciousJob.enqueue({ id: "in-time" });
    const result = await GraciousJob.run("in-time", async (job) => {
      await aborted(job.signal);
      job.updates.set("data", { stopped: true });
      return "done";
    });
    expect(result).to.equal("done");
    const row = await GraciousJob.findOneByOrFail({ id: "in-time" });
    expect(row.kind).to.equal("succeeded");
    expect(row.data).to.deep.equal({ stopped: true });
  });

  it("is over with the outcome: no abort and no second record afterwards", async () => {
    await LimitedJob.enqueue({ id: "over" });
    const job = await LimitedJob.start("over");
    await job.release({ delay: "1h" });
    const since = performance.now();
    await until(() => performance.now() > since + 300, { what: "longer than timeout and grace" });
    expect(job.signal.aborted).to.equal(false);
    expect(await LimitedJob.findOneByOrFail({ id: "over" })).to.include({ kind: "pending", retry: 0 });
  });

  it("can be given with the call, and taken away with null", async () => {
    await UnlimitedJob.enqueue({ id: "call" });
    const job = await UnlimitedJob.start("call", { timeout: "100ms" });
    expect(await aborted(job.signal))
      .to.be.instanceOf(JobTimeoutError)
      .and.include({ timeout: 100 });
    await job.succeed();

    await LimitedJob.enqueue({ id: "null" });
    await LimitedJob.run(
      "null",
      async ({ signal }) => {
        const since = performance.now();
        await until(() => performance.now() > since + 300, { what: "longer than timeout and grace" });
        expect(signal.aborted).to.equal(false);
      },
      { timeout: null },
    );
  });

  it("is not swallowed as success by skipError, and is recorded", async () => {
    await LimitedJob.enqueue({ id: "skipped" });
    expect(await LimitedJob.run("skipped", never, { skipError: true })).to.equal(undefined);
    expect(await LimitedJob.findOneByOrFail({ id: "skipped" })).to.include({ kind: "failed", reason: "timeout" });
  });

  it("counts as an attempt: after the last one the job is ignored", async () => {
    await LimitedJob.enqueue({ id: "last" });
    await rejection(LimitedJob.run("last", never, { maxAttempts: 1 }));
    expect(await LimitedJob.findOneByOrFail({ id: "last" })).to.include({ kind: "ignored", reason: "exhausted" });
  });

  async function failed(id: string): Promise<void> {
    const isFailed = async () => (await LimitedJob.findOneByOrFail({ id })).kind === "failed";
    await until(isFailed, { what: "the attempt to be failed" });
  }
});
