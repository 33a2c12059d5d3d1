import { expect } from "chai";
import { JobLockLostError, JobOutcomeUnknownError, type JobRepository, JobStatus } from "../../src/index.js";
import { openProxy, type TestProxy } from "../support/proxy.js";
import { until } from "../support/until.js";
import { cutOnce, shapes, startAttempt } from "./commit-in-doubt.js";
import type { OutcomeJob } from "./outcome-job.js";
import { errorOf, useJobs } from "./use-jobs.js";

for (const shape of shapes) {
  describe(`a connection lost while a success commits (${shape.what})`, () => {
    const test = useJobs("ambiguous");
    let proxy: TestProxy;
    /** The jobs through the proxy; a pool of one, so that a cut leaves no connection. */
    let cut: JobRepository<OutcomeJob>;
    const invoiced = shape.writes ? 1 : 0;

    beforeEach(async () => {
      proxy = await openProxy(process.env.DATABASE_URL!);
      cut = (await test.through({ url: proxy.url, poolSize: 1 })).jobs;
    });

    afterEach(async () => {
      await cut.dataSource.destroy();
      await proxy.close();
    });

    it("after it was executed: the caller gets its success, committed once", async () => {
      const id = await test.pending();
      const attempt = await startAttempt(cut, id, shape);
      const cutting = cutOnce(proxy, shape.commits, "cut-after");
      await attempt.job.succeed();
      await cutting;
      expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, rows: 42, fence: 1, retry: 0, errors: [] });
      expect(attempt.job).to.include({ status: JobStatus.Succeeded, rows: 42, lock: null });
      expect([await test.invoices(id), attempt.calls]).to.deep.equal([invoiced, invoiced]);
    });

    it("before it was executed: it is tried again, and committed once", async () => {
      const id = await test.pending();
      const attempt = await startAttempt(cut, id, shape);
      const cutting = cutOnce(proxy, shape.commits, "cut-before");
      await attempt.job.succeed();
      await cutting;
      expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, rows: 42, fence: 1, retry: 0, errors: [] });
      expect([await test.invoices(id), attempt.calls]).to.deep.equal([invoiced, 2 * invoiced]);
    });

    it("after it was executed, and an operator reran the job: the caller gets its success all the same", async () => {
      const id = await test.pending();
      const { succeeding, attempt } = await leftAlone(id, "cut-after");
      await until(async () => (await test.row(id)).status === JobStatus.Succeeded, { what: "the cut success to commit" });
      expect(await test.jobs.rerun({ key: id, status: "succeeded" })).to.equal(1);
      await proxy.refuse(false);
      await succeeding;
      expect(await test.row(id)).to.deep.include({ status: JobStatus.Pending, rows: 42, fence: 1, errors: [] });
      expect([await test.invoices(id), attempt.calls]).to.deep.equal([invoiced, invoiced]);
    });

    it("after it was executed, rerun and failed by the next attempt: the caller gets its success all the same", async () => {
      const id = await test.pending();
      const { succeeding } = await leftAlone(id, "cut-after");
      await until(async () => (await test.row(id)).status === JobStatus.Succeeded, { what: "the cut success to commit" });
      await test.jobs.rerun({ key: id, status: "succeeded" });
      const next = await test.jobs.start(id);
      await next.fail(Object.assign(new Error("boom"), { code: "cancelled" }));
      await proxy.refuse(false);
      await succeeding;
      expect(await test.row(id)).to.include({ status: JobStatus.Failed, fence: 2, retry: 1 });
    });

    it("before it was executed, and an operator cancelled the job: lost, nothing of it is committed", async () => {
      const id = await test.pending();
      const { succeeding, attempt } = await leftAlone(id, "cut-before");
      expect(await test.jobs.cancel({ key: id })).to.equal(1);
      const row = await test.row(id);
      await proxy.refuse(false);
      expect(await errorOf(succeeding)).to.be.instanceOf(JobLockLostError);
      expect(row).to.include({ status: JobStatus.Ignored, reason: "cancelled", rows: null });
      expect(row.errors.map(({ fence, code }) => [fence, code])).to.deep.equal([[1, "cancelled"]]);
      expect(await test.row(id)).to.deep.equal(row);
      expect([await test.invoices(id), attempt.calls]).to.deep.equal([0, invoiced]);
    });

    it("before it was executed, and another took the job over and succeeded: lost, only the other's is committed", async () => {
      const id = await test.pending();
      const { succeeding } = await leftAlone(id, "cut-before");
      await test.schema.sql("UPDATE outcome_job SET lock_until = now() - interval '1 s' WHERE id = $1", [id]);
      await test.jobs.run(id, (job) => job.updates.set("rows", 7));
      const row = await test.row(id);
      await proxy.refuse(false);
      expect(await errorOf(succeeding)).to.be.instanceOf(JobLockLostError);
      expect(row).to.include({ status: JobStatus.Succeeded, rows: 7, fence: 2 });
      expect(row.errors.map(({ fence, code }) => [fence, code])).to.deep.equal([[1, "lock_expired"]]);
      expect(await test.row(id)).to.deep.equal(row);
      expect(await test.invoices(id)).to.equal(0);
    });

    it("before it was executed, and rescued: lost", async () => {
      const id = await test.pending();
      const { succeeding } = await leftAlone(id, "cut-before");
      await test.schema.sql("UPDATE outcome_job SET lock_until = now() - interval '1 s' WHERE id = $1", [id]);
      expect(await test.jobs.rescue()).to.equal(1);
      await proxy.refuse(false);
      expect(await errorOf(succeeding)).to.be.instanceOf(JobLockLostError);
      expect(await test.row(id)).to.include({ status: JobStatus.Failed, reason: "lock_expired", rows: null });
    });

    for (const verdict of ["cut-after", "cut-before"] as const) {
      it(`(${verdict}) and the row was deleted: nobody can know`, async () => {
        const id = await test.pending();
        const { succeeding } = await leftAlone(id, verdict);
        const wanted = verdict === "cut-after" ? JobStatus.Succeeded : JobStatus.InProgress;
        await until(async () => (await test.row(id)).status === wanted, { what: "the cut" });
        await test.schema.sql("DELETE FROM outcome_job WHERE id = $1", [id]);
        await proxy.refuse(false);
        const error = await errorOf(succeeding);
        expect(error).to.be.instanceOf(JobOutcomeUnknownError).and.to.include({ key: id });
        expect(error.cause).to.be.instanceOf(Error);
      });
    }

    it("and the attempt's history was cut from the row by newer records: nobody can know", async () => {
      const id = await test.pending();
      const { succeeding } = await leftAlone(id, "cut-before");
      const records = [2, 3, 4, 5].map((fence) => ({ attempt: 1, fence, at: "", by: null, error: "Error", traceback: "" }));
      await test.schema.sql("UPDATE outcome_job SET lock = NULL, status = 30, fence = 5, errors = $2 WHERE id = $1", [
        id,
        JSON.stringify(records),
      ]);
      await proxy.refuse(false);
      expect(await errorOf(succeeding)).to.be.instanceOf(JobOutcomeUnknownError);
    });

    /** Begins a success whose commit is cut; then nobody gets in through the proxy until it is told otherwise. */
    async function leftAlone(id: string, verdict: "cut-after" | "cut-before") {
      const attempt = await startAttempt(cut, id, shape);
      const cutting = cutOnce(proxy, shape.commits, verdict, { alone: true });
      const succeeding = attempt.job.succeed();
      succeeding.catch(() => undefined); // asked about later
      await cutting;
      // The server's side of the cut transaction may still be ending: it holds the row until then.
      await until(() => proxy.connections === 0, { what: "both sides of the cut to be over" });
      return { attempt, succeeding };
    }
  });
}
