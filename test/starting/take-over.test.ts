import { expect } from "chai";
import { JobIgnoredError, JobLockedError, JobLockLostError, type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Parcel } from "./jobs.js";
import { databaseNow, LAST_RECORD, lapse, liesBetween, storedJob } from "./rows.js";
import { thrownBy } from "./thrown.js";

describe("A take-over", () => {
  const schema = useSchema("take_over");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  it("waits for the lock to expire", async () => {
    await parcels.enqueue({ id: "live" });
    await parcels.start("live");
    const before = await storedJob(schema, "parcel", "live");
    await thrownBy(parcels.start("live"), JobLockedError);
    expect(await storedJob(schema, "parcel", "live")).to.deep.equal(before);
  });

  it("counts the lost attempt as failed: retry and fence grow by one, and a record names its fence and its holder", async () => {
    await parcels.enqueue({ id: "lost" });
    const lost = await parcels.start("lost");
    await schema.sql("UPDATE parcel SET lock_by = 'other host:7' WHERE id = 'lost'");
    await lapse(schema, "parcel", "lost");
    const before = await storedJob(schema, "parcel", "lost");
    const started = await databaseNow(schema);
    const job = await parcels.start("lost");
    const ended = await databaseNow(schema);
    const { job: after } = await storedJob(schema, "parcel", "lost");
    const { at } = job.errors[0]!;
    expect(after).to.deep.equal({
      ...before.job,
      lock: job.lock,
      lock_at: after.lock_at,
      lock_until: after.lock_until,
      lock_by: after.lock_by,
      updated_at: after.updated_at,
      fence: lost.fence + 1,
      retry: 1,
      errors: [
        {
          attempt: 1,
          fence: lost.fence,
          at,
          by: "other host:7",
          code: "lock_expired",
          error:
            "JobLockExpiredError: the lock expired before an outcome was recorded: the process died, hung or lost the database",
          traceback: "",
        },
      ],
    });
    expect(job.lock).to.not.equal(lost.lock);
    expect(at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await liesBetween(schema, LAST_RECORD, "lost", { after: started, before: ended })).to.equal(true);
  });

  it("with no attempts left ends the job as ignored instead, exhausted and unlocked, and the caller is told", async () => {
    await parcels.enqueue({ id: "last" });
    await schema.sql("UPDATE parcel SET status = 30, retry = 2, fence = 4 WHERE id = 'last'");
    const lost = await parcels.start("last");
    await lapse(schema, "parcel", "last");
    const before = await storedJob(schema, "parcel", "last");
    const started = await databaseNow(schema);
    const error = await thrownBy(parcels.start("last"), JobIgnoredError);
    const ended = await databaseNow(schema);
    expect(error).to.include({ jobClass: "Parcel", key: "last", reason: "exhausted" });
    const { job: after } = await storedJob(schema, "parcel", "last");
    expect(after).to.deep.equal({
      ...before.job,
      status: 50,
      reason: "exhausted",
      lock: null,
      lock_until: null,
      lock_by: null,
      retry: 3,
      errors: after.errors,
      updated_at: after.updated_at,
      finished_at: after.finished_at,
    });
    expect(after.errors).to.have.lengthOf(1);
    expect((after.errors as object[])[0]).to.include({ attempt: 3, fence: lost.fence, code: "lock_expired" });
    for (const column of ["updated_at", "finished_at"]) {
      expect(await liesBetween(schema, column, "last", { after: started, before: ended })).to.equal(true);
    }
    await thrownBy(lost.succeed(), JobLockLostError);
    await thrownBy(parcels.start("last"), JobIgnoredError);
    expect((await storedJob(schema, "parcel", "last")).job).to.deep.equal(after);
  });

  it("with no attempts left is null for tryStart, and ends the job all the same", async () => {
    await parcels.enqueue([{ id: "tried" }, { id: "try run" }]);
    for (const id of ["tried", "try run"]) {
      await parcels.start(id);
      await lapse(schema, "parcel", id);
    }
    expect(await parcels.tryStart("tried", { maxAttempts: 1 })).to.equal(null);
    expect(await parcels.tryRun("try run", () => expect.fail("it must not run"), { maxAttempts: 1 })).to.equal(null);
    for (const id of ["tried", "try run"]) {
      expect((await storedJob(schema, "parcel", id)).job).to.include({ status: 50, reason: "exhausted", lock: null, retry: 1 });
    }
  });

  it("keeps the newest records only, as many as the policy says", async () => {
    await parcels.enqueue({ id: "long" });
    for (let lost = 1; lost <= 13; lost++) {
      await parcels.start("long", { maxAttempts: 100 });
      await lapse(schema, "parcel", "long");
    }
    const { errors, retry } = (await storedJob(schema, "parcel", "long")).job as { errors: { fence: number }[]; retry: number };
    expect(retry).to.equal(12);
    expect(errors.map(({ fence }) => fence)).to.deep.equal([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it("takes a job in progress that nobody holds, whatever lost it", async () => {
    await parcels.enqueue({ id: "unlocked" });
    await schema.sql("UPDATE parcel SET status = 20, lock = NULL, lock_until = NULL WHERE id = 'unlocked'");
    const job = await parcels.start("unlocked");
    expect(job).to.include({ retry: 1, fence: 1 });
    expect(job.errors).to.have.lengthOf(1);
  });
});
