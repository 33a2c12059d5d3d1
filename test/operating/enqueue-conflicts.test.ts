import { expect } from "chai";
import { JobExistsError, JobStatus } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpInvoice, OpJob } from "./jobs.js";
import { byKind, enqueueIn, fails, rowsOf } from "./rows.js";
import { thrownBy } from "./thrown-by.js";

describe("enqueue of a key that exists", () => {
  const schema = useSchema("op_conflicts");

  before(() => schema.connect([OpJob, OpInvoice]));
  beforeEach(() => schema.sql("TRUNCATE op_job, op_invoice"));

  it("is an error that names the key, and nothing is inserted", async () => {
    await OpJob.enqueue({ id: "b", data: { n: 1 } });
    const error = await thrownBy(JobExistsError, () => OpJob.enqueue([{ id: "a" }, { id: "b" }, { id: "c" }]));
    expect(error).to.include({ key: "b", jobClass: "OpJob" });
    expect(error.message).to.contain("b");
    expect(await byKind()).to.deep.equal({ pending: ["b"] });
    expect(await OpJob.findOneByOrFail({ id: "b" })).to.have.deep.property("data", { n: 1 });
  });

  it("is an error that names a composite key as the caller gives it", async () => {
    await OpInvoice.enqueue({ tenant: "a, b", no: 7 });
    const key = { tenant: "a, b", no: 7 };
    expect((await thrownBy(JobExistsError, () => OpInvoice.enqueue(key))).key).to.deep.equal(key);
    const twice = [
      { tenant: "c", no: 1 },
      { tenant: "c", no: 1 },
    ];
    expect((await thrownBy(JobExistsError, () => OpInvoice.enqueue(twice))).key).to.deep.equal({ tenant: "c", no: 1 });
  });

  it("is an error for the same key twice in one array, and for replace too", async () => {
    const twice = [{ id: "a" }, { id: "b" }, { id: "a" }];
    expect((await thrownBy(JobExistsError, () => OpJob.enqueue(twice))).key).to.equal("a");
    expect((await thrownBy(JobExistsError, () => OpJob.enqueue(twice, { onConflict: "replace" }))).key).to.equal("a");
    expect(await OpJob.count()).to.equal(0);
  });

  it("is left alone by ignore, which answers what was really inserted, the first of two alike", async () => {
    await OpJob.enqueue({ id: "b", data: { n: 1 } });
    const jobs = [{ id: "c" }, { id: "b", data: { n: 2 } }, { id: "a", data: { n: 3 } }, { id: "a", data: { n: 4 } }];
    const made = await OpJob.enqueue(jobs, { onConflict: "ignore" });
    expect(made.map(({ id }) => id)).to.deep.equal(["c", "a"]);
    expect((await rowsOf(["b", "a"])).map(({ data }) => data.n)).to.deep.equal([1, 3]);
    expect(await OpJob.enqueue({ id: "b" }, { onConflict: "ignore" })).to.equal(null);
  });

  it("starts over by replace: pending, retry 0, due as given; fence, history and columns not given stay", async () => {
    await OpJob.enqueue({ id: "a", rows: 1, tenant: "t", data: { n: 1 }, priority: 5 });
    await OpJob.run("a", fails, { skipError: true });
    await OpJob.run("a", () => undefined);
    const before = await OpJob.findOneByOrFail({ id: "a" });
    const runAt = new Date("2040-01-01T00:00:00Z");
    const made = await OpJob.enqueue({ id: "a", rows: 2, runAt }, { onConflict: "replace" });
    expect(made).to.deep.equal(await OpJob.findOneByOrFail({ id: "a" }));
    expect(made).to.deep.include({ status: JobStatus.Pending, reason: null, retry: 0, finishedAt: null, runAt, rows: 2 });
    expect(made).to.deep.include({ data: {}, priority: 0, tenant: "t", fence: 2, createdAt: before.createdAt });
    expect(made!.errors).to.deep.equal(before.errors);
    expect(made!.updatedAt.getTime()).to.be.at.least(before.updatedAt.getTime());
  });

  it("keeps the columns a job doesn't give by replace, whatever the jobs beside it give", async () => {
    await OpJob.enqueue([
      { id: "a", rows: 1, tenant: "t" },
      { id: "b", rows: 2, tenant: "t" },
    ]);
    const made = await OpJob.enqueue([{ id: "b", rows: 3 }, { id: "a", tenant: "u" }, { id: "c" }], { onConflict: "replace" });
    expect(made.map(({ id, rows, tenant }) => ({ id, rows, tenant }))).to.deep.equal([
      { id: "b", rows: 3, tenant: "t" },
      { id: "a", rows: 1, tenant: "u" },
      { id: "c", rows: null, tenant: null },
    ]);
  });

  it("is never replaced while it runs, nor after its lock has expired", async () => {
    await OpJob.enqueue(["live", "lost", "idle"].map((id) => ({ id, data: { n: 1 } })));
    const job = await OpJob.start("live");
    await OpJob.start("lost");
    await schema.sql("UPDATE op_job SET lock_until = now() - interval '1 s' WHERE id = 'lost'");
    const before = await rowsOf(["live", "lost"]);
    const jobs = ["live", "lost", "idle"].map((id) => ({ id, data: { n: 2 } }));
    const made = await OpJob.enqueue(jobs, { onConflict: "replace" });
    expect(made.map(({ id }) => id)).to.deep.equal(["idle"]);
    expect(await rowsOf(["live", "lost"])).to.deep.equal(before);
    await job.succeed();
  });

  it("starts jobs over from every kind but running", async () => {
    for (const kind of ["pending", "failed", "succeeded", "ignored", "cancelled"] as const) await enqueueIn(kind, [kind]);
    const ids = ["pending", "failed", "succeeded", "ignored", "cancelled"];
    expect(
      await OpJob.enqueue(
        ids.map((id) => ({ id })),
        { onConflict: "replace" },
      ),
    ).to.have.length(5);
    expect(await byKind()).to.deep.equal({ pending: [...ids].sort() });
  });

  it("ends in one winner when many insert the same keys in different orders at once, without a deadlock", async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `job-${n}`);
    const orders = Array.from({ length: 8 }, (_, n) => (n % 2 ? ids : [...ids].reverse()));
    const counts = await Promise.all(
      orders.map(
        async (order) =>
          (
            await OpJob.enqueue(
              order.map((id) => ({ id })),
              { onConflict: "ignore" },
            )
          ).length,
      ),
    );
    expect(counts.reduce((sum, count) => sum + count)).to.equal(200);
    await Promise.all(
      orders.map((order) =>
        OpJob.enqueue(
          order.map((id) => ({ id })),
          { onConflict: "replace" },
        ),
      ),
    );
  });
});
