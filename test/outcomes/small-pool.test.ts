import { expect } from "chai";
import { configureJobs, JobConnectionTimeoutError, JobStatus } from "../../src/index.js";
import { Invoice } from "./outcome-job.js";
import { errorOf, useJobs } from "./use-jobs.js";

describe("a pool of size 1", () => {
  const test = useJobs("pool", { poolSize: 1 });

  before(() => configureJobs(test.source, { connectionTimeout: 1_000 }));

  it("is enough for every outcome, with and without writes", async () => {
    for (const write of [false, true]) {
      const id = await test.pending();
      await test.jobs.run(id, (job) => {
        if (write) job.updates.write((tx) => tx.insert(Invoice, { no: id }));
      });
      const refused = test.jobs.run(await test.pending(), (job) => {
        if (write) job.updates.write((tx) => tx.query("SELECT 1 / 0"));
        else throw new Error("boom");
      });
      await errorOf(refused);
    }
    const ignored = await test.jobs.start(await test.pending());
    await ignored.ignore("why");
    const released = await test.jobs.start(await test.pending());
    await released.extend();
    await released.release();
    {
      await using _abandoned = await test.jobs.start(await test.pending());
    }
    expect(await test.jobs.countByStatus()).to.deep.equal({ pending: 1, in_progress: 0, failed: 3, succeeded: 2, ignored: 1 });
  });

  it("is enough for what operators do, in many chunks and with rows that others hold", async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => ({ id: `many-${index}` }));
    expect(await test.jobs.enqueue(many)).to.have.length(1_001);
    expect(await test.jobs.cancel({ status: "pending" })).to.be.at.least(1_001);
    expect(await test.jobs.rerun({ reason: "cancelled" })).to.be.at.least(1_001);
    await test.jobs.cancel({ status: "pending" });
    expect(await test.jobs.purge({ status: "ignored", olderThan: 0 })).to.be.at.least(1_001);
  });

  it("held by the caller: what takes { manager } uses that connection, with a transaction or without", async () => {
    await test.source.transaction(async (manager) => {
      await test.jobs.enqueue({ id: "in-transaction" }, { manager });
      await test.jobs.enqueue(
        Array.from({ length: 1_001 }, (_, index) => ({ id: `t-${index}` })),
        { manager },
      );
      expect(await test.jobs.cancel({ keys: ["in-transaction", "t-1"] }, { manager })).to.equal(2);
    });
    const runner = test.source.createQueryRunner();
    await runner.connect();
    try {
      await test.jobs.enqueue({ id: "on-runner" }, { manager: runner.manager });
      await test.jobs.enqueue(
        Array.from({ length: 1_001 }, (_, index) => ({ id: `r-${index}` })),
        { manager: runner.manager },
      );
      expect(await test.jobs.cancel({ keys: ["on-runner", "r-1"] }, { manager: runner.manager })).to.equal(2);
    } finally {
      await runner.release();
    }
    expect((await test.row("on-runner")).status).to.equal(JobStatus.Ignored);
  });

  it("held by the caller: everything else waits for a bounded time, says so, and takes nothing with it", async () => {
    const [id, withWrites, waiting] = [await test.pending(), await test.pending(), await test.pending()];
    const job = await test.jobs.start(id);
    const writing = await test.jobs.start(withWrites);
    writing.updates.write((tx) => tx.insert(Invoice, { no: withWrites }));
    configureJobs(test.source, { connectionTimeout: 30 });
    const errors = await test.source.transaction((_holder) =>
      Promise.all(
        [
          test.jobs.start(waiting),
          test.jobs.enqueue({ id: "too-late" }),
          test.jobs.enqueue(Array.from({ length: 1_001 }, (_, index) => ({ id: `late-${index}` }))),
          test.jobs.countByStatus(),
          test.jobs.cancel({ key: waiting }),
          job.succeed(),
          writing.succeed(),
        ].map(errorOf),
      ),
    );
    for (const error of errors) expect(error).to.be.instanceOf(JobConnectionTimeoutError).and.to.have.property("waited", 30);
    configureJobs(test.source, { connectionTimeout: 1_000 });
    expect(await test.source.query("SELECT 7 AS n")).to.deep.equal([{ n: 7 }]); // the connection that came too late went back
    expect(await test.row(waiting)).to.include({ status: JobStatus.Pending });
    expect(await test.row("too-late")).to.equal(undefined);
    expect(await test.row("late-0")).to.equal(undefined);
    expect(await test.invoices(withWrites)).to.equal(0);
  });
});
