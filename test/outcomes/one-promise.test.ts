import { expect } from "chai";
import { JobAlreadySettledError, JobLockLostError, JobStatus } from "../../src/index.js";
import { Invoice } from "./outcome-job.js";
import { errorOf, useJobs } from "./use-jobs.js";

describe("the outcome of an attempt is one promise", () => {
  const test = useJobs("promise");

  it("the same again sends nothing and resolves as the first one did", async () => {
    const job = await test.jobs.start(await test.pending());
    test.log.take();
    await Promise.all([job.succeed(), job.succeed()]);
    await job.succeed();
    expect(test.log.take()).to.deep.equal(["UPDATE"]);
    const failed = await test.jobs.start(await test.pending());
    await Promise.all([failed.fail(new Error("first")), failed.fail(new Error("second"))]);
    expect(failed.errors.map(({ error }) => error)).to.deep.equal(["Error: first"]);
  });

  it("the same again rejects as the first one did", async () => {
    const job = await test.jobs.start(await test.pending());
    const thrown = new Error("boom");
    let calls = 0;
    job.updates.write(() => {
      calls++;
      return Promise.reject(thrown);
    });
    expect(await errorOf(job.succeed())).to.equal(thrown);
    expect(await errorOf(job.succeed())).to.equal(thrown);
    expect(calls).to.equal(1);
  });

  it("fail after a succeed that failed is a no-op: the failure is recorded already", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    job.updates.write(() => Promise.reject(new Error("real cause")));
    await errorOf(job.succeed());
    test.log.take();
    await job.fail(new Error("another"));
    expect(test.log.take()).to.deep.equal([]);
    expect((await test.row(id)).errors.map(({ error }) => error)).to.deep.equal(["Error: real cause"]);
  });

  it("fail beside a succeed that fails waits for it, and is a no-op", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    job.updates.write(() => Promise.reject(new Error("real cause")));
    const succeeding = errorOf(job.succeed());
    await job.fail(new Error("another"));
    await succeeding;
    expect((await test.row(id)).errors.map(({ error }) => error)).to.deep.equal(["Error: real cause"]);
  });

  type Job = Awaited<ReturnType<typeof test.jobs.start>>;
  const outcomes: Record<string, (job: Job) => Promise<void>> = {
    succeed: (job) => job.succeed(),
    fail: (job) => job.fail(new Error("boom")),
    ignore: (job) => job.ignore("why"),
    release: (job) => job.release(),
  };

  for (const [settled, first] of Object.entries(outcomes)) {
    for (const [asked, second] of Object.entries(outcomes)) {
      if (settled === asked) continue;
      it(`${asked} beside and after ${settled} is a contradiction, and changes nothing`, async () => {
        const id = await test.pending();
        const job = await test.jobs.start(id);
        const settling = first(job);
        const beside = await errorOf(second(job));
        await settling;
        const row = await test.row(id);
        for (const error of [beside, await errorOf(second(job))]) {
          expect(error).to.be.instanceOf(JobAlreadySettledError).and.to.include({ settled, asked, key: id });
        }
        expect(await test.row(id)).to.deep.equal(row);
      });
    }
  }

  it("after one that found the lock lost, every other rejects with JobLockLostError, but fail is a no-op", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    await test.jobs.cancel({ key: id });
    expect(await errorOf(job.succeed())).to.be.instanceOf(JobLockLostError);
    expect(await errorOf(job.succeed())).to.be.instanceOf(JobLockLostError);
    expect(await errorOf(job.ignore("why"))).to.be.instanceOf(JobLockLostError);
    await job.fail(new Error("boom"));
    expect((await test.row(id)).errors).to.have.length(1);
  });

  for (const [name, outcome] of Object.entries(outcomes)) {
    it(`${name} of an attempt whose lock is lost rejects and leaves the row and the instance alone`, async () => {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      await test.jobs.cancel({ key: id });
      await test.jobs.rerun({ key: id }, {});
      await test.jobs.rerun({ key: id, reason: "cancelled" });
      const next = await test.jobs.start(id);
      const row = await test.row(id);
      expect(await errorOf(outcome(job))).to.be.instanceOf(JobLockLostError);
      expect(await test.row(id)).to.deep.equal(row);
      expect(job).to.include({ status: JobStatus.InProgress, fence: 1 });
      await next.succeed();
    });
  }

  for (const [name, outcome] of Object.entries(outcomes)) {
    it(`updates are refused from the moment ${name} is asked for, whether it is written yet or not`, async () => {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      const settling = outcome(job);
      const changes = [
        () => job.updates.set("rows", 1),
        () => job.updates.merge("data", { version: 2 }),
        () => job.updates.write((tx) => tx.insert(Invoice, { no: id })),
      ];
      const refused = () => {
        for (const change of changes) {
          expect(change).to.throw(JobAlreadySettledError).that.includes({ settled: name, asked: "updates" });
        }
      };
      refused();
      await settling;
      refused();
      expect(await test.row(id)).to.include({ rows: null });
      expect(await test.invoices(id)).to.equal(0);
    });
  }

  it("an instance that was only read has no outcomes", async () => {
    const id = await test.pending();
    const [read] = await test.jobs.findByStatus("pending", { limit: 1, order: "newest" });
    expect(read!.id).to.equal(id);
    for (const outcome of Object.values(outcomes)) {
      expect(await errorOf(outcome(read as unknown as Job))).to.have.property("code", "JOB_NOT_STARTED");
    }
  });
});
