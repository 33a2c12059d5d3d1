import { expect } from "chai";
import { JobIgnoredError, JobLockedError, type JobRepository, jobs, type Started } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Parcel } from "./jobs.js";
import { lapse, recordWrites, storedJob, untilWaiting, writesOf } from "./rows.js";

const CONNECTIONS = 32;

describe("32 connections that start the same job at once", () => {
  const schema = useSchema("contention");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    const source = await schema.connect(entities, { poolSize: CONNECTIONS });
    parcels = jobs(Parcel, source);
    await recordWrites(schema, "parcel");
  });

  /** All statements are inside the database, waiting for the row, before the first of them can go on. */
  async function startAtOnce(id: string): Promise<PromiseSettledResult<Started<Parcel>>[]> {
    const holder = await schema.client();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM parcel WHERE id = $1 FOR UPDATE", [id]);
    const starts = Promise.allSettled(Array.from({ length: CONNECTIONS }, () => parcels.start(id)));
    await untilWaiting(schema, CONNECTIONS);
    await holder.query("COMMIT");
    return starts;
  }

  it("get one winner; the others are refused and write nothing", async () => {
    await parcels.enqueue({ id: "one" });
    const results = await startAtOnce("one");
    const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
    expect(won).to.have.lengthOf(1);
    expect(refused).to.have.lengthOf(CONNECTIONS - 1);
    for (const error of refused) expect(error).to.be.an.instanceOf(JobLockedError).and.include({ lockBy: won[0]!.lockBy });
    expect(await writesOf(schema, "one")).to.deep.equal([
      { op: "INSERT", status: 10, fence: 0, retry: 0, lock: null },
      { op: "UPDATE", status: 20, fence: 1, retry: 0, lock: won[0]!.lock },
    ]);
  });

  it("count a lost attempt once when they take the job over", async () => {
    await parcels.enqueue({ id: "lost" });
    const lost = await parcels.start("lost");
    await lapse(schema, "parcel", "lost");
    const results = await startAtOnce("lost");
    const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(won).to.have.lengthOf(1);
    expect(won[0]).to.include({ fence: 2, retry: 1 });
    expect(won[0]!.errors.map(({ fence, code }) => ({ fence, code }))).to.deep.equal([
      { fence: lost.fence, code: "lock_expired" },
    ]);
    expect((await writesOf(schema, "lost")).slice(3)).to.deep.equal([
      { op: "UPDATE", status: 20, fence: 2, retry: 1, lock: won[0]!.lock },
    ]);
  });

  it("end a job whose last attempt was lost once, and are all told that it is ignored", async () => {
    await parcels.enqueue({ id: "last" });
    await parcels.start("last");
    await schema.sql("UPDATE parcel SET retry = 2 WHERE id = 'last'");
    await lapse(schema, "parcel", "last");
    const writes = await writesOf(schema, "last");
    const results = await startAtOnce("last");
    for (const result of results) {
      expect(result.status === "rejected" && result.reason)
        .to.be.an.instanceOf(JobIgnoredError)
        .and.include({ reason: "exhausted" });
    }
    expect((await writesOf(schema, "last")).slice(writes.length)).to.deep.equal([
      { op: "UPDATE", status: 50, fence: 1, retry: 3, lock: null },
    ]);
    expect((await storedJob(schema, "parcel", "last")).job.errors).to.have.lengthOf(1);
  });
});
