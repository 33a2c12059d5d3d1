import { expect } from "chai";
import type { EntityManager } from "typeorm";
import { JobStatus } from "../../src/index.js";
import { until } from "../support/until.js";
import { Invoice } from "./outcome-job.js";
import { errorOf, useJobs } from "./use-jobs.js";

/** Fails as PostgreSQL does when it wants the transaction tried again. */
function raise(tx: EntityManager, code: string): Promise<unknown> {
  return tx.query(`DO $$ BEGIN RAISE EXCEPTION 'again, please' USING ERRCODE = '${code}'; END $$`);
}

describe("a success that PostgreSQL wants tried again", () => {
  const test = useJobs("retried");

  for (const code of ["40001", "40P01"]) {
    it(`(${code}) runs its callbacks again, in order, on a fresh transaction, and commits once`, async () => {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      const calls: string[] = [];
      const transactions = new Set<unknown>();
      job.updates.set("rows", 5);
      job.updates.write(async (tx) => {
        calls.push("a");
        transactions.add((await tx.query("SELECT pg_current_xact_id()::text AS id"))[0].id);
        await tx.insert(Invoice, { no: id });
      });
      job.updates.write(async (tx) => {
        calls.push("b");
        if (calls.length <= 4) await raise(tx, code);
      });
      await job.succeed();
      expect(calls.join("")).to.equal("ababab");
      expect(transactions.size).to.equal(3);
      expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, rows: 5, errors: [] });
      expect(await test.invoices(id)).to.equal(1);
    });
  }

  it("is tried again where user code has wrapped the error, or a savepoint of its own is rolled back first", async () => {
    const failures: ((tx: EntityManager) => Promise<unknown>)[] = [
      (tx) => raise(tx, "40001").catch((cause: unknown) => Promise.reject(new Error("could not invoice", { cause }))),
      (tx) => tx.transaction((inner) => raise(inner, "40001")),
    ];
    for (const fail of failures) {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      let calls = 0;
      job.updates.write(async (tx) => {
        await tx.insert(Invoice, { no: id });
        if (++calls < 2) await fail(tx);
      });
      await job.succeed();
      expect(calls).to.equal(2);
      expect(await test.invoices(id)).to.equal(1);
    }
  });

  it("is given up after some tries: the failure is recorded with PostgreSQL's code, and rethrown", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    let calls = 0;
    job.updates.write(async (tx) => {
      calls++;
      await tx.insert(Invoice, { no: id });
      await raise(tx, "40001");
    });
    const error = await errorOf(job.succeed());
    expect(error.message).to.equal("again, please");
    expect(calls).to.be.within(2, 10);
    expect(await test.row(id)).to.include({ status: JobStatus.Failed, reason: "40001", retry: 1 });
    expect(await test.invoices(id)).to.equal(0);
  });

  it("is not tried again once the lock is no longer trusted", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id, { expire: 100 });
    let calls = 0;
    job.updates.write(async (tx) => {
      calls++;
      // Holds its row, so that no heartbeat can renew the lock, until this process can't trust it any more.
      await tx.query("SELECT pg_sleep(0.15)");
      await raise(tx, "40001");
    });
    expect((await errorOf(job.succeed())).message).to.equal("again, please");
    expect(calls).to.equal(1);
    expect(await test.row(id)).to.include({ reason: "40001", retry: 1 });
  });

  it("as the victim of a deadlock", async () => {
    const id = await test.pending();
    const other = await test.schema.client();
    await test.schema.sql("INSERT INTO invoice (no) VALUES ('x'), ('y')");
    await other.query("SET deadlock_timeout = '20s'");
    await other.query("BEGIN");
    await other.query("UPDATE invoice SET amount = 1 WHERE no = 'y'");
    const job = await test.jobs.start(id);
    let calls = 0;
    let theirs: Promise<unknown> | undefined;
    job.updates.write(async (tx) => {
      calls++;
      await tx.query("SET LOCAL deadlock_timeout = '10ms'");
      await tx.update(Invoice, { no: "x" }, { amount: 2 });
      theirs ??= other.query("UPDATE invoice SET amount = 1 WHERE no = 'x'").then(() => other.query("COMMIT"));
      await tx.update(Invoice, { no: "y" }, { amount: 2 });
    });
    await job.succeed();
    await theirs;
    expect(calls).to.equal(2);
    expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, errors: [] });
    expect(await test.schema.sql("SELECT DISTINCT amount FROM invoice WHERE no IN ('x', 'y')")).to.deep.equal([{ amount: 2 }]);
  });
});

describe("under default_transaction_isolation = serializable", () => {
  const serializable = { extra: { options: "-c default_transaction_isolation=serializable" } };
  const test = useJobs("serializable", serializable);

  it("a success that read what another transaction changed meanwhile is tried again, and is right then", async () => {
    const id = await test.pending();
    await test.schema.sql("INSERT INTO invoice (no, amount) VALUES ('seed', 10)");
    const other = await test.schema.client();
    const job = await test.jobs.start(id);
    let calls = 0;
    job.updates.write(async (tx) => {
      const sum = Number(await tx.sum(Invoice, "amount"));
      if (++calls === 1) {
        await other.query("BEGIN ISOLATION LEVEL SERIALIZABLE");
        await other.query("INSERT INTO invoice SELECT 'theirs', sum(amount) FROM invoice");
        await other.query("COMMIT");
      }
      await tx.insert(Invoice, { no: id, amount: sum });
    });
    await job.succeed();
    expect(calls).to.equal(2);
    expect(await test.row(id)).to.deep.include({ status: JobStatus.Succeeded, errors: [] });
    expect(await test.schema.sql("SELECT amount FROM invoice WHERE no = $1", [id])).to.deep.equal([{ amount: 20 }]);
  });

  it("every outcome is written though its row changes under it", async () => {
    const outcomes = ["succeed", "fail", "ignore", "release"] as const;
    for (const outcome of outcomes) {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      const holder = await test.schema.client();
      await holder.query("BEGIN");
      await holder.query("UPDATE outcome_job SET priority = 9 WHERE id = $1", [id]);
      const settling =
        outcome === "fail" ? job.fail(new Error("boom")) : outcome === "ignore" ? job.ignore("why") : job[outcome]();
      await until(async () => (await test.waiting()).length === 1, { what: "the outcome to wait for its row" });
      await holder.query("COMMIT");
      await settling;
      expect(await test.row(id)).to.include({ lock: null, priority: 9, fence: 1 });
    }
  });
});
