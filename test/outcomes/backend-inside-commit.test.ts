import { expect } from "chai";
import type pg from "pg";
import { type JobRepository, JobStatus } from "../../src/index.js";
import { openProxy, type TestProxy } from "../support/proxy.js";
import { until } from "../support/until.js";
import { cutOnce, shapes, startAttempt } from "./commit-in-doubt.js";
import type { OutcomeJob } from "./outcome-job.js";
import { useJobs } from "./use-jobs.js";

const isolations = [undefined, "repeatable read", "serializable"] as const;

for (const shape of shapes) {
  for (const isolation of isolations) {
    describe(`a client lost while its backend is inside COMMIT (${shape.what}, ${isolation ?? "default isolation"})`, () => {
      const test = useJobs("inside");
      let proxy: TestProxy;
      let jobs: JobRepository<OutcomeJob>;
      let holder: pg.Client;

      before(async () => {
        await test.schema.sql(`CREATE FUNCTION wait_for_it() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN IF NEW.status = 40 THEN PERFORM pg_advisory_xact_lock_shared(hashtext('${test.schema.name}')); END IF; RETURN NULL; END $$`);
        await test.schema.sql(`CREATE CONSTRAINT TRIGGER wait_for_it AFTER UPDATE ON outcome_job
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_for_it()`);
        holder = await test.schema.client();
      });

      beforeEach(async () => {
        proxy = await openProxy(process.env.DATABASE_URL!);
        const options = isolation && {
          extra: { options: `-c default_transaction_isolation=${isolation.replace(" ", "\\ ")}` },
        };
        jobs = (await test.through({ url: proxy.url, ...options })).jobs;
      });

      afterEach(async () => {
        await jobs.dataSource.destroy();
        await proxy.close();
      });

      it("waits for it: it commits, once", async () => {
        const { id, attempt, succeeding } = await doubted();
        await holder.query("SELECT pg_advisory_unlock_all()");
        await succeeding;
        expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, rows: 42, fence: 1, errors: [] });
        expect(await test.invoices(id)).to.equal(shape.writes ? 1 : 0);
        expect(attempt.calls).to.equal(shape.writes ? 1 : 0);
      });

      it("waits for it: it is rolled back, so the success is written again, once", async () => {
        const { id, attempt, succeeding, pid } = await doubted();
        await test.schema.sql("SELECT pg_terminate_backend($1, 5000)", [pid]);
        await holder.query("SELECT pg_advisory_unlock_all()");
        await succeeding;
        expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, rows: 42, fence: 1, errors: [] });
        expect(await test.invoices(id)).to.equal(shape.writes ? 1 : 0);
        expect(attempt.calls).to.equal(shape.writes ? 2 : 0);
      });

      /** A success whose backend waits inside COMMIT, whose client is gone, and of which the library asks the row already. */
      async function doubted() {
        const id = await test.pending();
        await holder.query("SELECT pg_advisory_lock(hashtext($1))", [test.schema.name]);
        const attempt = await startAttempt(jobs, id, shape);
        void cutOnce(proxy, shape.commits, "cut-client-now");
        const succeeding = attempt.job.succeed();
        succeeding.catch(() => undefined); // asked about later
        const backend = await until(async () => (await waitingFor("advisory"))[0], {
          what: "the backend to wait inside COMMIT",
        });
        await until(async () => (await waitingFor("transactionid"))[0], { what: "the library to wait for the row" });
        return { id, attempt, succeeding, pid: backend!.pid };
      }

      function waitingFor(event: string) {
        return test.schema.sql<{ pid: number }>(
          `SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND NOT l.granted
            WHERE a.wait_event = $1 AND (l.locktype <> 'advisory' OR l.objid = (hashtext($2)::bit(32)::bigint)::oid)
              AND (a.wait_event <> 'transactionid' OR a.query LIKE '%' || $2 || '%')`,
          [event, test.schema.name],
        );
      }
    });
  }
}
