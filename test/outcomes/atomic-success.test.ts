import { expect } from "chai";
import { JobStatus } from "../../src/index.js";
import { Invoice } from "./outcome-job.js";
import { useJobs } from "./use-jobs.js";

describe("a success", () => {
  const test = useJobs("atomic");

  it("commits status, updates and writes in one transaction whose first statement is the guarded one", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    job.updates.set("rows", 3);
    job.updates.write((tx) => tx.insert(Invoice, { no: id }));
    job.updates.write((tx) => tx.insert(Invoice, { no: `${id}-2` }));
    test.log.take();
    await job.succeed();
    const [, guarded] = test.log.statements;
    expect(guarded).to.match(
      /^UPDATE .*"outcome_job" AS j SET "status" = 40.* WHERE j\."id" = \$\d+ AND j\."lock" = \$\d+::uuid RETURNING/,
    );
    expect(test.log.take()).to.deep.equal(["START TRANSACTION", "UPDATE", "INSERT", "INSERT", "COMMIT"]);
    expect(await test.row(id)).to.include({ status: JobStatus.Succeeded, rows: 3 });
    expect(await test.invoices(id)).to.equal(1);
    expect(await test.invoices(`${id}-2`)).to.equal(1);
  });

  it("shows nothing of itself to others before it commits, and everything then", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    let seen: unknown;
    job.updates.set("rows", 3);
    job.updates.write(async (tx) => {
      await tx.insert(Invoice, { no: id });
      const { status, rows } = await test.row(id);
      seen = { status, rows, invoices: await test.invoices(id) };
    });
    await job.succeed();
    expect(seen).to.deep.equal({ status: JobStatus.InProgress, rows: null, invoices: 0 });
    expect(await test.invoices(id)).to.equal(1);
  });

  it("is one statement without writes, whatever is set", async () => {
    const job = await test.jobs.start(await test.pending());
    job.updates.set({ rows: 1, note: "n", data: { version: 9 } });
    test.log.take();
    await job.succeed();
    expect(test.log.take()).to.deep.equal(["UPDATE"]);
  });

  it("whose lock is lost writes nothing and runs no callback", async () => {
    const id = await test.pending();
    const job = await test.jobs.start(id);
    let called = false;
    job.updates.set("rows", 3);
    job.updates.write(async () => {
      called = true;
    });
    await test.jobs.cancel({ key: id });
    const before = await test.row(id);
    test.log.take();
    const error: unknown = await job.succeed().catch((thrown: unknown) => thrown);
    expect(error).to.have.property("code", "JOB_LOCK_LOST");
    expect(test.log.take()).to.deep.equal(["START TRANSACTION", "UPDATE", "ROLLBACK"]);
    expect(called).to.equal(false);
    expect(await test.row(id)).to.deep.equal(before);
  });

  it("a lock found lost once stays lost, even where the row would let the success through", async () => {
    for (const write of [false, true]) {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      if (write) job.updates.write((tx) => tx.insert(Invoice, { no: id }));
      const { lock } = await test.row(id);
      await test.schema.sql("UPDATE outcome_job SET lock = gen_random_uuid() WHERE id = $1", [id]);
      expect(await job.extend().catch((thrown: unknown) => thrown)).to.have.property("code", "JOB_LOCK_LOST");
      await test.schema.sql("UPDATE outcome_job SET lock = $2 WHERE id = $1", [id, lock]);
      expect(await job.succeed().catch((thrown: unknown) => thrown)).to.have.property("code", "JOB_LOCK_LOST");
      expect(await test.row(id)).to.include({ status: JobStatus.InProgress, lock });
      expect(await test.invoices(id)).to.equal(0);
    }
  });

  it("makes what other jobs a write enqueues part of itself, without being told the manager", async () => {
    const [kept, dropped] = [await test.pending(), await test.pending()];
    await test.jobs.run(kept, (job) => {
      job.updates.write(() => test.jobs.enqueue({ id: `${kept}-child` }));
    });
    expect(await test.row(`${kept}-child`)).to.include({ status: JobStatus.Pending });
    const failing = test.jobs.run(dropped, (job) => {
      job.updates.write(() => test.jobs.enqueue({ id: `${dropped}-child` }));
      job.updates.write(() => Promise.reject(new Error("boom")));
    });
    expect(await failing.catch((thrown: Error) => thrown.message)).to.equal("boom");
    expect(await test.row(`${dropped}-child`)).to.equal(undefined);
  });
});
