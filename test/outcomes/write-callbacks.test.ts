import { expect } from "chai";
import type { EntityManager } from "typeorm";
import { JobInTransactionError, JobLockLostError, JobStatus } from "../../src/index.js";
import { Invoice } from "./outcome-job.js";
import { errorOf, useJobs } from "./use-jobs.js";

describe("a write callback", () => {
  const test = useJobs("writes", { poolSize: 1 });

  // Whatever a callback does, the pool's one connection must come back clean.
  afterEach(async () => {
    const [row] = await test.source.query("SELECT pg_current_xact_id_if_assigned() AS xact");
    expect(row.xact).to.equal(null);
    const open = await test.schema.sql("SELECT state FROM pg_stat_activity WHERE state LIKE 'idle in%' AND query LIKE $1", [
      `%${test.schema.name}%`,
    ]);
    expect(open).to.deep.equal([]);
  });

  it("that catches the error of its failed statement and goes on does not lead to a success", async () => {
    // The error of a statement and the state of the transaction after it come in two packets: tables to be dropped again keep
    // the second one back for a while.
    const tables = `DO $$ BEGIN FOR i IN 1..20 LOOP EXECUTE format('CREATE TABLE ${test.schema.name}.t%s (x text)', i); END LOOP; END $$`;
    for (let round = 0; round < 5; round++) {
      const { calls, error, row, invoices } = await succeed(async (tx) => {
        await tx.query(tables);
        await tx.query("SELECT 1 / 0").catch(() => undefined);
      });
      expect(error?.message).to.include("transaction is aborted");
      expect(row).to.include({ status: JobStatus.Failed, retry: 1 });
      expect(row.errors).to.have.length(1);
      expect([calls, invoices]).to.deep.equal([1, 0]);
    }
  });

  it("may catch an error behind a savepoint of its own", async () => {
    const { row, invoices } = await succeed(async (tx) => {
      await tx.transaction((inner) => inner.query("SELECT 1 / 0")).catch(() => undefined);
    });
    expect(row.status).to.equal(JobStatus.Succeeded);
    expect(invoices).to.equal(1);
  });

  it("that rolls the transaction back itself fails the attempt, and is not called again", async () => {
    const { calls, error, row, invoices } = await succeed((tx) => tx.query("ROLLBACK"));
    expect(error.message).to.include("leave COMMIT and ROLLBACK to the library");
    expect(row).to.include({ status: JobStatus.Failed, retry: 1 });
    expect(row.errors).to.have.length(1);
    expect([calls, invoices]).to.deep.equal([1, 0]);
  });

  it("that rolls back through the query runner fails the attempt too", async () => {
    const { calls, row, invoices } = await succeed((tx) => tx.queryRunner!.rollbackTransaction());
    expect(row).to.include({ status: JobStatus.Failed, retry: 1 });
    expect([calls, invoices]).to.deep.equal([1, 0]);
  });

  it("that rolls the transaction back and begins another fails the attempt, though a transaction is open", async () => {
    const { calls, error, row, invoices } = await succeed(async (tx) => {
      await tx.query("ROLLBACK");
      await tx.query("BEGIN");
    });
    expect(error.message).to.include("leave COMMIT and ROLLBACK to the library");
    expect(row).to.include({ status: JobStatus.Failed, retry: 1 });
    expect([calls, invoices]).to.deep.equal([1, 0]);
  });

  it("that commits itself: the row tells, and it says succeeded", async () => {
    for (const commit of [
      (tx: EntityManager) => tx.query("COMMIT"),
      (tx: EntityManager) => tx.queryRunner!.commitTransaction(),
    ]) {
      const { calls, error, row, invoices } = await succeed(commit);
      expect(error).to.equal(undefined);
      expect(row).to.include({ status: JobStatus.Succeeded });
      expect([calls, invoices]).to.deep.equal([1, 1]);
    }
  });

  it("that leaves a transaction of its own open fails the attempt: TypeORM's commit would only end a savepoint", async () => {
    const { calls, error, row, invoices } = await succeed((tx) => tx.queryRunner!.startTransaction());
    expect(error.message).to.include("left a transaction of its own open");
    expect(row).to.include({ status: JobStatus.Failed, retry: 1 });
    expect([calls, invoices]).to.deep.equal([1, 0]);
  });

  it("that throws with a transaction of its own open is rolled back whole", async () => {
    const { error, row, invoices } = await succeed(async (tx) => {
      await tx.queryRunner!.startTransaction();
      throw new Error("boom");
    });
    expect(error.message).to.equal("boom");
    expect(row).to.include({ status: JobStatus.Failed, retry: 1 });
    expect(invoices).to.equal(0);
  });

  it("that throws an ECONNRESET of its own is just a failure, not tried again", async () => {
    for (const wrap of [(error: Error) => error, (cause: Error) => new Error("payment failed", { cause })]) {
      const thrown = wrap(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
      const { calls, error, row, invoices } = await succeed(() => Promise.reject(thrown));
      expect(error).to.equal(thrown);
      expect(row).to.include({ status: JobStatus.Failed, retry: 1 });
      expect([calls, invoices]).to.deep.equal([1, 0]);
    }
  });

  it("that throws a JobLockLostError of another job is a failure of this one", async () => {
    const thrown = new JobLockLostError({ jobClass: "Other", key: "other" });
    const { error, row } = await succeed(() => Promise.reject(thrown));
    expect(error).to.equal(thrown);
    expect(row).to.include({ status: JobStatus.Failed, reason: "JOB_LOCK_LOST", retry: 1 });
  });

  it("that throws nonsense is a failure", async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const thrown of [null, "boom", proxy]) {
      const { row } = await succeed(() => Promise.reject(thrown));
      expect(row).to.include({ status: JobStatus.Failed, retry: 1 });
    }
  });

  it("can't start, extend or end a job: each says that it is inside a transaction", async () => {
    const other = await test.pending();
    const asked: [string, (job: { extend(): Promise<void> }) => Promise<unknown>][] = [
      ["start", () => test.jobs.start(other)],
      ["start", () => test.jobs.run(other, () => 1)],
      ["extend", (job) => job.extend()],
    ];
    for (const [name, ask] of asked) {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      let error: unknown;
      job.updates.write(async () => {
        error = await ask(job).catch((thrown: unknown) => thrown);
      });
      await job.succeed();
      expect(error).to.be.instanceOf(JobInTransactionError).and.to.have.property("asked", name);
    }
    expect(await test.row(other)).to.include({ status: JobStatus.Pending, fence: 0 });
  });

  it("can't add updates: they would come too late", async () => {
    const { error, row } = await succeed(async (_tx, job) => job.updates.set("rows", 1));
    expect(error).to.have.property("code", "JOB_ALREADY_SETTLED");
    expect(row.status).to.equal(JobStatus.Failed);
  });

  type Job = Awaited<ReturnType<typeof test.jobs.start>>;

  /** What comes of a success with this callback behind one that inserts an invoice. */
  async function succeed(callback: (tx: EntityManager, job: Job) => Promise<unknown>) {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    let calls = 0;
    job.updates.write((tx) => tx.insert(Invoice, { no: id }));
    job.updates.write((tx) => {
      calls++;
      return callback(tx, job);
    });
    // In a list: a promise that resolved to a revoked proxy would look for its `then`.
    const [error] = (await job.succeed().then(
      () => [undefined],
      (thrown: unknown) => [thrown],
    )) as [Error];
    return { calls, error, row: await test.row(id), invoices: await test.invoices(id) };
  }
});

describe("a write callback's error", () => {
  const test = useJobs("writeserror");

  it("in run is what run rejects with", async () => {
    const thrown = new Error("boom");
    const id = await test.pending();
    const running = test.jobs.run(id, (job) => job.updates.write(() => Promise.reject(thrown)));
    expect(await errorOf(running)).to.equal(thrown);
  });
});
