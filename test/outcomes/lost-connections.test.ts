import { expect } from "chai";
import { JobLockLostError, type JobRepository, JobStatus } from "../../src/index.js";
import { openProxy, type TestProxy } from "../support/proxy.js";
import { runs } from "../support/proxy-request.js";
import { cutOnce } from "./commit-in-doubt.js";
import { Invoice, type OutcomeJob } from "./outcome-job.js";
import { errorOf, type RawRow, useJobs } from "./use-jobs.js";

type Job = Awaited<ReturnType<JobRepository<OutcomeJob>["start"]>>;

const outcomes: [string, string, (job: Job) => Promise<void>, Partial<RawRow>][] = [
  ["fail", '"errors" =', (job) => job.fail(new Error("boom")), { status: JobStatus.Failed, retry: 1 }],
  ["ignore", '"errors" =', (job) => job.ignore("why"), { status: JobStatus.Ignored, retry: 0 }],
  ["release", '"status" = 10', (job) => job.release({ delay: "1h" }), { status: JobStatus.Pending, retry: 0 }],
];

describe("a connection lost", () => {
  const test = useJobs("lost");
  let proxy: TestProxy;
  let cut: JobRepository<OutcomeJob>;

  beforeEach(async () => {
    proxy = await openProxy(process.env.DATABASE_URL!);
    cut = (await test.through({ url: proxy.url, poolSize: 1 })).jobs;
  });

  afterEach(async () => {
    await cut.dataSource.destroy();
    await proxy.close();
  });

  for (const [name, text, outcome, expected] of outcomes) {
    for (const verdict of ["cut-before", "cut-after"] as const) {
      it(`(${verdict}) while ${name} is written: it is written once`, async () => {
        const id = await test.pending();
        const job = await cut.start(id);
        const cutting = cutOnce(proxy, (request) => runs(request, text), verdict);
        await outcome(job);
        await cutting;
        const row = await test.row(id);
        expect(row).to.include({ ...expected, fence: 1, lock: null });
        expect(row.errors).to.have.length(name === "release" ? 0 : 1);
        expect(job.status).to.equal(expected.status);
      });
    }
  }

  it("while a failure is written whose code looks like that of somebody else's record: it is not taken for that", async () => {
    const id = await test.pending();
    const job = await cut.start(id);
    const cutting = cutOnce(proxy, (request) => runs(request, '"errors" ='), "cut-after");
    await job.fail(Object.assign(new Error("boom"), { code: "cancelled" }));
    await cutting;
    expect((await test.row(id)).errors.map(({ error }) => error)).to.deep.equal(["Error: boom"]);
  });

  it("while a failure is written, and the job was cancelled meanwhile: lost, the record is the canceller's", async () => {
    const id = await test.pending();
    const job = await cut.start(id);
    const cutting = cutOnce(proxy, (request) => runs(request, '"errors" ='), "cut-before", { alone: true });
    const failing = errorOf(job.fail(new Error("boom")));
    await cutting;
    await test.jobs.cancel({ key: id });
    await proxy.refuse(false);
    expect(await failing).to.be.instanceOf(JobLockLostError);
    expect((await test.row(id)).errors.map(({ code }) => code)).to.deep.equal(["cancelled"]);
  });

  it("while a write callback waits for its statement: all of it is done again, and committed once", async () => {
    const id = await test.pending();
    const job = await cut.start(id);
    let calls = 0;
    job.updates.write(async (tx) => {
      calls++;
      await tx.insert(Invoice, { no: id });
    });
    const cutting = cutOnce(proxy, (request) => runs(request, "INSERT INTO"), "cut-after");
    await job.succeed();
    await cutting;
    expect([calls, await test.invoices(id)]).to.deep.equal([2, 1]);
    expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, errors: [] });
  });

  for (const caught of [false, true]) {
    it(`by pg_terminate_backend in mid-transaction${caught ? ", whatever the callback catches" : ""}: committed once`, async () => {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      let calls = 0;
      job.updates.write(async (tx) => {
        await tx.insert(Invoice, { no: id });
        if (++calls > 1) return;
        const [{ pid }] = await tx.query("SELECT pg_backend_pid() AS pid");
        await test.schema.sql("SELECT pg_terminate_backend($1, 5000)", [pid]);
        const after = tx.query("SELECT 1");
        await (caught ? after.catch(() => undefined) : after);
      });
      await job.succeed();
      expect([calls, await test.invoices(id)]).to.deep.equal([2, 1]);
      expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, retry: 0, errors: [] });
    });
  }

  it("again and again: the failure is recorded in the end, and what was lost is rethrown", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    let calls = 0;
    job.updates.write(async (tx) => {
      calls++;
      const [{ pid }] = await tx.query("SELECT pg_backend_pid() AS pid");
      await test.schema.sql("SELECT pg_terminate_backend($1, 5000)", [pid]);
      await tx.insert(Invoice, { no: id });
    });
    expect(await errorOf(job.succeed())).to.be.instanceOf(Error);
    expect(calls).to.be.within(2, 10);
    expect(await test.row(id)).to.include({ status: JobStatus.Failed, retry: 1, lock: null });
    expect(await test.invoices(id)).to.equal(0);
  });

  it("of another database, in a write callback, is a failure of the callback, not tried again", async () => {
    const id = await test.pending();
    const other = await test.through({ poolSize: 1 });
    const job = await test.jobs.start(id);
    let calls = 0;
    job.updates.write(async (tx) => {
      calls++;
      await tx.insert(Invoice, { no: id });
      await other.source.transaction(async (theirs) => {
        const [{ pid }] = await theirs.query("SELECT pg_backend_pid() AS pid");
        await test.schema.sql("SELECT pg_terminate_backend($1, 5000)", [pid]);
        await theirs.query("SELECT 1");
      });
    });
    await errorOf(job.succeed());
    expect([calls, await test.invoices(id)]).to.deep.equal([1, 0]);
    expect(await test.row(id)).to.include({ status: JobStatus.Failed, retry: 1 });
  });
});
