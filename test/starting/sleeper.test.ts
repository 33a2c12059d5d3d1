import { expect } from "chai";
import { type JobRepository, jobs, type Started } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { JobWorker } from "./job-worker.js";
import { entities, Parcel } from "./jobs.js";
import { storedJob } from "./rows.js";

const CALLS = ["succeed", "fail", "ignore", "release", "extend", "write"];

describe("A process that was stopped for longer than its locks last", () => {
  const schema = useSchema("sleeper");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  beforeEach(() => schema.sql("DELETE FROM receipt"));

  /** A stopped process that had started these jobs; its heartbeats would have kept them otherwise. */
  async function sleeperOn(ids: readonly string[]): Promise<JobWorker> {
    await parcels.enqueue(ids.map((id) => ({ id })));
    const sleeper = new JobWorker(schema);
    await sleeper.ready();
    for (const id of ids)
      expect(await sleeper.tell({ type: "start", id, options: { expire: 400 } })).to.include({ error: null });
    sleeper.process.kill("SIGSTOP");
    return sleeper;
  }

  function takeOver(id: string): Promise<Started<Parcel>> {
    return until(() => parcels.tryStart(id), { what: `the lock of ${id} to expire`, timeout: 20_000 }) as Promise<
      Started<Parcel>
    >;
  }

  /** Whatever the sleeper asks, it is told that its lock is lost, and no row moves. */
  async function expectLost(sleeper: JobWorker, ids: readonly string[]): Promise<void> {
    const before = await Promise.all(ids.map((id) => storedJob(schema, "parcel", id)));
    sleeper.process.kill("SIGCONT");
    for (const [index, outcome] of CALLS.entries()) {
      const answer = await sleeper.tell({ type: "settle", id: ids[index]!, outcome });
      expect(answer, outcome).to.include({ error: "JobLockLostError" });
    }
    // After a success that failed there is nothing left to record; the same outcome again is the same answer.
    expect(await sleeper.tell({ type: "settle", id: ids[0]!, outcome: "fail" })).to.include({ error: null });
    expect(await sleeper.tell({ type: "settle", id: ids[0]!, outcome: "succeed" })).to.include({ error: "JobLockLostError" });
    expect(await sleeper.tell({ type: "settle", id: ids[0]!, outcome: "release" })).to.include({ error: "JobLockLostError" });
    expect(await Promise.all(ids.map((id) => storedJob(schema, "parcel", id)))).to.deep.equal(before);
    expect(await schema.sql("SELECT id FROM receipt WHERE by = 'child'")).to.deep.equal([]);
  }

  it("can do nothing more to jobs that another took over and finished", async () => {
    const ids = CALLS.map((call) => `finished ${call}`);
    const sleeper = await sleeperOn(ids);
    for (const id of ids) {
      const job = await takeOver(id);
      expect(job).to.include({ fence: 2, retry: 1 });
      job.updates.set("weight", 1);
      await job.succeed();
    }
    await expectLost(sleeper, ids);
    for (const id of ids) expect((await storedJob(schema, "parcel", id)).job).to.include({ status: 40, weight: 1, fence: 2 });
  });

  it("can do nothing more to jobs that another took over and still runs, and that one can finish them", async () => {
    const ids = CALLS.map((call) => `running ${call}`);
    const sleeper = await sleeperOn(ids);
    const taken: Started<Parcel>[] = [];
    for (const id of ids) taken.push(await takeOver(id));
    await expectLost(sleeper, ids);
    for (const job of taken) {
      job.updates.set("weight", 2);
      await job.succeed();
      expect((await storedJob(schema, "parcel", job.id)).job).to.include({ status: 40, weight: 2, fence: 2, lock: null });
    }
  });

  it("may still commit where nobody took over, and an extension revives the lock", async () => {
    const calls = CALLS.filter((call) => call !== "fail");
    const ids = calls.map((call) => `alone ${call}`);
    const sleeper = await sleeperOn(ids);
    await until(async () => (await parcels.findExpired({ keys: ids })).length === ids.length, {
      what: "all locks to expire",
      timeout: 20_000,
    });
    sleeper.process.kill("SIGCONT");
    for (const [index, outcome] of calls.entries()) {
      expect(await sleeper.tell({ type: "settle", id: ids[index]!, outcome }), outcome).to.include({ error: null });
    }
    const rows = await Promise.all(ids.map((id) => storedJob(schema, "parcel", id)));
    const statuses = rows.map(({ job }) => job.status);
    expect(statuses).to.deep.equal([40, 50, 10, 20, 40]);
    expect(rows.every(({ job }) => job.retry === 0 && job.fence === 1)).to.equal(true);
    expect(rows[4]!.job).to.include({ weight: 7 });
    expect(await schema.sql("SELECT by FROM receipt")).to.deep.equal([{ by: "child" }]);
  });
});
