import { expect } from "chai";
import { JobLockLostError, JobNotFoundError, JobStatus } from "../../src/index.js";
import { errorOf, useJobs } from "./use-jobs.js";

describe("run", () => {
  const test = useJobs("run");

  it("resolves to what the work returned, synchronous work too, and the job has succeeded", async () => {
    expect(await test.jobs.run(await test.pending(), async () => "value")).to.equal("value");
    const id = await test.pending();
    expect(await test.jobs.run(id, () => 7)).to.equal(7);
    expect((await test.row(id)).status).to.equal(JobStatus.Succeeded);
  });

  it("is exactly two statements, start and succeed, in no transaction of their own", async () => {
    const id = await test.pending();
    test.log.take();
    await test.jobs.run(id, async (job) => job.updates.set("rows", 1));
    expect(test.log.statements).to.have.length(2);
    expect(test.log.take()).to.deep.equal(["UPDATE", "UPDATE"]);
  });

  it("records what was thrown, with its traceback, and rethrows it", async () => {
    const id = await test.pending();
    const thrown = new TypeError("boom");
    const work = async () => {
      throw thrown;
    };
    expect(await errorOf(test.jobs.run(id, work))).to.equal(thrown);
    const row = await test.row(id);
    expect(row).to.include({ status: JobStatus.Failed, reason: "TypeError", retry: 1 });
    expect(row.errors[0]!.traceback).to.match(/^TypeError: boom\n {4}at .*run\.test/);
  });

  it("records and rethrows what synchronous work throws", async () => {
    const id = await test.pending();
    const thrown = new Error("at once");
    const work = () => {
      throw thrown;
    };
    expect(await errorOf(test.jobs.run(id, work))).to.equal(thrown);
    expect((await test.row(id)).errors[0]).to.include({ error: "Error: at once" });
  });

  it("with skipError: resolves to undefined, the failure is recorded all the same", async () => {
    const id = await test.pending();
    const result = await test.jobs.run(id, () => Promise.reject(new Error("boom")), { skipError: true });
    expect(result).to.equal(undefined);
    expect(await test.row(id)).to.include({ status: JobStatus.Failed, retry: 1 });
  });

  it("with skipError: refusals are thrown", async () => {
    const error = await errorOf(test.jobs.run("nobody", () => 1, { skipError: true }));
    expect(error).to.be.instanceOf(JobNotFoundError);
  });

  it("with skipError: what refuses the success is thrown, and recorded", async () => {
    const id = await test.pending();
    const work = (job: { updates: { write(callback: () => Promise<void>): void } }) => {
      job.updates.write(() => Promise.reject(new Error("refused")));
    };
    expect((await errorOf(test.jobs.run(id, work, { skipError: true }))).message).to.equal("refused");
    expect((await test.row(id)).errors[0]).to.include({ error: "Error: refused" });
  });

  it("rejects with JobLockLostError when the lock was lost meanwhile, and writes nothing", async () => {
    const id = await test.pending();
    const lost = test.jobs.run(id, async (job) => {
      job.updates.set("rows", 1);
      await test.jobs.cancel({ key: id });
    });
    expect(await errorOf(lost)).to.be.instanceOf(JobLockLostError);
    expect(await test.row(id)).to.include({ status: JobStatus.Ignored, reason: "cancelled", rows: null });
  });

  it("rethrows what the work threw when the lock was lost too: the failure belongs to whoever ended the attempt", async () => {
    const id = await test.pending();
    const thrown = new Error("boom");
    const work = async () => {
      await test.jobs.cancel({ key: id });
      throw thrown;
    };
    expect(await errorOf(test.jobs.run(id, work))).to.equal(thrown);
    expect((await test.row(id)).errors.map(({ code }) => code)).to.deep.equal(["cancelled"]);
  });

  it("leaves an outcome standing that the work asked for itself", async () => {
    const id = await test.pending();
    const result = await test.jobs.run(id, async (job) => {
      await job.release({ delay: "1h" });
      return "released";
    });
    expect(result).to.equal("released");
    expect((await test.row(id)).status).to.equal(JobStatus.Pending);
  });

  it("waits for an outcome that the work asked for and did not await", async () => {
    const id = await test.pending();
    await test.jobs.run(id, (job) => {
      void job.ignore("enough");
    });
    expect(await test.row(id)).to.include({ status: JobStatus.Ignored, reason: "ignored" });
  });

  it("rethrows what the work threw after an outcome of its own, which stands", async () => {
    const id = await test.pending();
    const thrown = new Error("afterwards");
    const work = async (job: { succeed(): Promise<void> }) => {
      await job.succeed();
      throw thrown;
    };
    expect(await errorOf(test.jobs.run(id, work))).to.equal(thrown);
    expect(await test.row(id)).to.include({ status: JobStatus.Succeeded, retry: 0 });
  });
});
