import { expect } from "chai";
import { QueryFailedError } from "typeorm";
import { JobStatus } from "../../src/index.js";
import { Invoice } from "./outcome-job.js";
import { errorOf, useJobs } from "./use-jobs.js";

describe("a success that PostgreSQL refuses", () => {
  const test = useJobs("refused");

  before(async () => {
    await test.schema.sql("ALTER TABLE outcome_job ADD CONSTRAINT few_rows CHECK (rows < 100)");
    await test.schema.sql("ALTER TABLE outcome_job ADD CONSTRAINT one_note UNIQUE (note)");
    await test.schema.sql("ALTER TABLE invoice ADD COLUMN rank int UNIQUE DEFERRABLE INITIALLY DEFERRED");
    await test.schema.sql(`CREATE FUNCTION refuse_at_commit() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.rows = 66 AND NEW.status = 40 THEN RAISE EXCEPTION 'refused at commit' USING ERRCODE = '23514'; END IF; RETURN NULL; END $$`);
    await test.schema.sql(`CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER UPDATE ON outcome_job
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_at_commit()`);
    await test.jobs.enqueue({ id: "taken", note: "taken" });
    await test.schema.sql("INSERT INTO invoice (no, rank) VALUES ('ranked', 1)");
  });

  const refusals: [string, string, { rows?: number; note?: string }, ((no: string) => string) | undefined][] = [
    ["a check constraint of the job", "23514", { rows: 100 }, undefined],
    ["a unique constraint of the job", "23505", { note: "taken" }, undefined],
    ["a deferred trigger at COMMIT", "23514", { rows: 66 }, undefined],
    ["a check constraint of the job, with writes", "23514", { rows: 100 }, (no) => `INSERT INTO invoice (no) VALUES ('${no}')`],
    ["a unique constraint of the business data", "23505", { rows: 1 }, () => "INSERT INTO invoice (no) VALUES ('ranked')"],
    [
      "a NOT NULL of the business data",
      "23502",
      { rows: 1 },
      (no) => `INSERT INTO invoice (no, amount) VALUES ('${no}', NULL)`,
    ],
    [
      "a deferred unique constraint at COMMIT",
      "23505",
      { rows: 1 },
      (no) => `INSERT INTO invoice (no, rank) VALUES ('${no}', 1)`,
    ],
    ["a deferred trigger at COMMIT, with writes", "23514", { rows: 66 }, (no) => `INSERT INTO invoice (no) VALUES ('${no}')`],
  ];

  for (const [what, code, columns, sql] of refusals) {
    it(`by ${what}: rolled back, recorded as the failure in a fresh transaction, rethrown`, async () => {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      job.updates.set(columns);
      let calls = 0;
      if (sql) {
        job.updates.write(async (tx) => {
          calls++;
          await tx.query(`INSERT INTO ${test.schema.name}.invoice (no) VALUES ('${id}-first')`);
          await tx.query(sql(id).replace("invoice", `${test.schema.name}.invoice`));
        });
      }
      const error = await errorOf(job.succeed());
      expect(error).to.be.instanceOf(QueryFailedError);
      expect((error as unknown as QueryFailedError<Error & { code: string }>).driverError.code).to.equal(code);
      expect(calls).to.be.at.most(1);
      const row = await test.row(id);
      expect(row).to.include({ status: JobStatus.Failed, reason: code, retry: 1, rows: null, note: null, lock: null });
      expect(row.errors).to.have.length(1);
      expect(row.errors[0]).to.include({ code, error: `QueryFailedError: ${error.message}` });
      expect(await test.invoices(id)).to.equal(0);
      expect(await test.invoices(`${id}-first`)).to.equal(0);
      expect(job.status).to.equal(JobStatus.Failed);
      expect(job.errors).to.deep.equal(row.errors);
      await job.fail(new Error("too late: recorded already"));
      expect(await test.row(id)).to.deep.equal(row);
    });
  }

  it("in run: rejects with PostgreSQL's error, recorded once", async () => {
    const id = await test.pending();
    const error = await errorOf(test.jobs.run(id, (job) => job.updates.set("rows", 100)));
    expect(error).to.be.instanceOf(QueryFailedError);
    expect((await test.row(id)).errors).to.have.length(1);
  });

  it("of the last attempt: the job is ignored", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id, { maxAttempts: 1 });
    job.updates.set("rows", 100);
    await errorOf(job.succeed());
    expect(await test.row(id)).to.include({ status: JobStatus.Ignored, reason: "exhausted" });
  });

  it("because the business row is of another's: what the callback throws is recorded as it is", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    const thrown = new RangeError("no stock");
    job.updates.write(async (tx) => {
      await tx.insert(Invoice, { no: id });
      throw thrown;
    });
    expect(await errorOf(job.succeed())).to.equal(thrown);
    expect((await test.row(id)).errors[0]).to.include({ error: "RangeError: no stock" });
    expect(await test.invoices(id)).to.equal(0);
  });
});
