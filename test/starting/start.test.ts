import { hostname } from "node:os";
import { expect } from "chai";
import { type JobRepository, JobStatus, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Line, Parcel } from "./jobs.js";
import { databaseNow, liesBetween, storedJob } from "./rows.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("start", () => {
  const schema = useSchema("start");
  let parcels: JobRepository<Parcel>;
  let lines: JobRepository<Line>;

  before(async () => {
    const source = await schema.connect(entities);
    parcels = jobs(Parcel, source);
    lines = jobs(Line, source);
  });

  it("sets the lock, who holds it, the fence and the status, takes the job off the schedule, and touches nothing else", async () => {
    await parcels.enqueue({ id: "all", data: { n: 1 }, priority: 5, weight: 3, delay: "1h" });
    await schema.sql(`UPDATE parcel SET status = 30, reason = 'TypeError', retry = 1, fence = 7, errors = '[{"fence": 7}]'`);
    const before = await storedJob(schema, "parcel", "all");
    const job = await parcels.start("all");
    const { job: after } = await storedJob(schema, "parcel", "all");
    expect(after).to.deep.equal({
      ...before.job,
      status: JobStatus.InProgress,
      reason: null,
      run_at: null,
      lock: job.lock,
      lock_at: after.lock_at,
      lock_until: after.lock_until,
      lock_by: `${hostname()}:${process.pid}`.slice(-128),
      fence: 8,
      updated_at: after.updated_at,
    });
    expect(job.lock).to.match(UUID);
    expect([before.job.lock_at, before.job.lock_until]).to.deep.equal([null, null]);
    expect(after.updated_at).to.not.equal(before.job.updated_at);
  });

  it("takes every time from the database's clock", async () => {
    await parcels.enqueue({ id: "times" });
    const after = await databaseNow(schema);
    await parcels.start("times", { expire: "15m" });
    const before = await databaseNow(schema);
    expect(await liesBetween(schema, "lock_at", "times", { after, before })).to.equal(true);
    expect(await liesBetween(schema, "updated_at", "times", { after, before })).to.equal(true);
    expect(await liesBetween(schema, "lock_until", "times", { after, before, shift: "15 minutes" })).to.equal(true);
  });

  it("gives the row as it stands, with the attempt beside it", async () => {
    await parcels.enqueue({ id: "shown", data: { n: 2 }, priority: -1, weight: 9 });
    const job = await parcels.start("shown");
    const { job: stored } = await storedJob(schema, "parcel", "shown");
    expect(job).to.be.an.instanceOf(Parcel);
    expect(job).to.include({ id: "shown", kind: "in_progress", step: undefined, fence: 1, retry: 0, priority: -1, weight: 9 });
    expect(job).to.include({ lock: stored.lock, lockBy: stored.lock_by, reason: null, runAt: null, finishedAt: null });
    expect(job.data).to.deep.equal({ n: 2 });
    expect(job.lockUntil!.getTime()).to.equal(new Date(stored.lock_until as string).getTime());
    expect(job.signal.aborted).to.equal(false);
  });

  it("starts a job that isn't due: it was asked for by name", async () => {
    await parcels.enqueue([{ id: "later", delay: "1d" }, { id: "never" }]);
    await schema.sql("UPDATE parcel SET run_at = NULL WHERE id = 'never'");
    expect(await parcels.start("later")).to.include({ kind: "in_progress", runAt: null });
    expect(await parcels.start("never")).to.include({ kind: "in_progress", runAt: null });
  });

  it("gives each attempt a lock of its own, and a fence that grows by one", async () => {
    await parcels.enqueue({ id: "again" });
    const locks = new Set<string>();
    for (const fence of [1, 2, 3, 4]) {
      const job = await parcels.start("again");
      expect(job.fence).to.equal(fence);
      locks.add(job.lock);
      await job.release();
    }
    expect(locks.size).to.equal(4);
  });

  it("finds a job by a composite key, and by that key only", async () => {
    await schema.sql("INSERT INTO line (tenant, no, version) VALUES ('a', 1, 4), ('a', 2, 4), ('b', 1, 4)");
    const job = await lines.start({ tenant: "a", no: 1 });
    expect(job).to.include({ tenant: "a", no: 1, fence: 1, version: 5 });
    const others = await schema.sql("SELECT tenant, no, version, fence FROM line WHERE lock IS NULL ORDER BY tenant, no");
    expect(others).to.deep.equal([
      { tenant: "a", no: 2, version: 4, fence: 0 },
      { tenant: "b", no: 1, version: 4, fence: 0 },
    ]);
  });
});
