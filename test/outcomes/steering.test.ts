import { expect } from "chai";
import { IgnoreJobError, InvalidOptionError, JobStatus, ReleaseJobError, RetryJobError } from "../../src/index.js";
import { errorOf, type RawRow, useJobs } from "./use-jobs.js";

describe("an error that steers run", () => {
  const test = useJobs("steering");

  it("IgnoreJobError: resolves to undefined, the job is ignored with a record", async () => {
    const [result, row] = await thrownIn(new IgnoreJobError("no such customer"));
    expect(result).to.equal(undefined);
    expect(row).to.include({ status: JobStatus.Ignored, reason: "ignored", retry: 0 });
    expect(row.errors).to.have.length(1);
    expect(row.errors[0]).to.include({ error: "IgnoreJobError: no such customer", code: "ignored" });
  });

  it("IgnoreJobError with NUL bytes and 10 MB of reason is recorded too", async () => {
    const [, row] = await thrownIn(new IgnoreJobError(`\0${"x".repeat(10 << 20)}`));
    expect(row).to.include({ status: JobStatus.Ignored });
    expect(row.errors[0]!.error).to.match(/^IgnoreJobError: \ufffdxxx/);
  });

  it("ReleaseJobError: resolves to undefined, pending after the delay, not counted", async () => {
    const [result, row] = await thrownIn(new ReleaseJobError({ delay: "5m", reason: "rate limited" }));
    expect(result).to.equal(undefined);
    expect(row).to.include({ status: JobStatus.Pending, reason: "rate limited", retry: 0 });
    expect(row.errors).to.deep.equal([]);
    expect(wait(row)).to.be.within(299_000, 300_000);
  });

  it("RetryJobError: rejects with its cause, which is recorded and counted, due at the chosen time", async () => {
    const cause = new TypeError("rate limited");
    const [error, row] = await thrownIn(new RetryJobError({ delay: "2h", cause }));
    expect(error).to.equal(cause);
    expect(row).to.include({ status: JobStatus.Failed, reason: "TypeError", retry: 1 });
    expect(row.errors[0]).to.include({ error: "TypeError: rate limited" });
    expect(wait(row)).to.be.within(7_199_000, 7_200_000);
  });

  it("RetryJobError without a delay waits for the backoff; with 0 it is due at once", async () => {
    expect(wait((await thrownIn(new RetryJobError({ cause: new Error("x") })))[1])).to.be.within(4_000, 16_000);
    expect(wait((await thrownIn(new RetryJobError({ delay: 0, cause: new Error("x") })))[1])).to.be.at.most(0);
  });

  it("RetryJobError of the last attempt ends the job", async () => {
    const id = await test.pending();
    const work = () => Promise.reject(new RetryJobError({ delay: 0, cause: new Error("x") }));
    await errorOf(test.jobs.run(id, work, { maxAttempts: 1 }));
    expect(await test.row(id)).to.include({ status: JobStatus.Ignored, reason: "exhausted" });
  });

  it("skipError swallows the cause of a RetryJobError", async () => {
    const work = () => Promise.reject(new RetryJobError({ cause: new Error("x") }));
    expect(await test.jobs.run(await test.pending(), work, { skipError: true })).to.equal(undefined);
  });

  for (const delay of ["soon", -1, Number.NaN, "", 1e300, Symbol("x"), 5n, {}] as never[]) {
    it(`a delay that is none (${typeof delay} ${String(delay)}) is a failure, and the real cause is not lost`, async () => {
      const cause = new TypeError("what really happened");
      const [error, row] = await thrownIn(new RetryJobError({ delay, cause }));
      expect(error).to.be.instanceOf(InvalidOptionError).and.to.have.property("option", "RetryJobError.delay");
      expect(row).to.include({ status: JobStatus.Failed, reason: "INVALID_OPTION", retry: 1 });
      expect(row.errors[0]!.cause).to.equal("TypeError: what really happened");
      expect(row.errors[0]!.traceback).to.include("Caused by: TypeError: what really happened\n    at ");
      const [released, releasedRow] = await thrownIn(new ReleaseJobError({ delay }));
      expect(released).to.be.instanceOf(InvalidOptionError);
      expect(releasedRow).to.include({ status: JobStatus.Failed, retry: 1 });
    });
  }

  it("a reason of a release that doesn't fit its column is a failure", async () => {
    const [error, row] = await thrownIn(new ReleaseJobError({ reason: "x".repeat(65) }));
    expect(error).to.be.instanceOf(InvalidOptionError);
    expect(row).to.include({ status: JobStatus.Failed });
  });

  it("stands behind an outcome that the work had asked for before", async () => {
    const id = await test.pending();
    const result = await test.jobs.run(id, async (job) => {
      await job.succeed();
      throw new IgnoreJobError("too late");
    });
    expect(result).to.equal(undefined);
    expect((await test.row(id)).status).to.equal(JobStatus.Succeeded);
  });

  /** What a run whose work throws this resolves to or rejects with, and the row after it. */
  async function thrownIn(thrown: unknown): Promise<[unknown, RawRow]> {
    const id = await test.pending();
    const result: unknown = await test.jobs.run(id, () => Promise.reject(thrown)).catch((error: unknown) => error);
    return [result, await test.row(id)];
  }
});

function wait({ run_at, updated_at }: RawRow): number {
  return run_at!.getTime() - updated_at.getTime();
}
