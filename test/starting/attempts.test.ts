import { expect } from "chai";
import { JobIgnoredError, JobLockedError, type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Parcel } from "./jobs.js";
import { databaseNow, lapse, liesBetween, storedJob } from "./rows.js";
import { thrownBy } from "./thrown.js";

describe("Counting attempts", () => {
  const schema = useSchema("attempts");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  const fail = (id: string, options = {}) =>
    thrownBy(
      parcels.run(
        id,
        () => {
          throw new RangeError("no");
        },
        options,
      ),
      RangeError,
    );
  const standing = async (id: string) => {
    const { status, retry, reason, lock } = (await storedJob(schema, "parcel", id)).job;
    return { status, retry, reason, lock };
  };

  it("gives three: failed, failed, ignored; the fourth start is refused", async () => {
    await parcels.enqueue({ id: "three" });
    await fail("three");
    expect(await standing("three")).to.deep.equal({ status: 30, retry: 1, reason: "RangeError", lock: null });
    await fail("three");
    expect(await standing("three")).to.deep.equal({ status: 30, retry: 2, reason: "RangeError", lock: null });
    await fail("three");
    expect(await standing("three")).to.deep.equal({ status: 50, retry: 3, reason: "exhausted", lock: null });
    expect(await thrownBy(parcels.start("three"), JobIgnoredError)).to.include({ reason: "exhausted" });
  });

  it("starts from 0 after a success: three more failures until it is ignored", async () => {
    await parcels.enqueue({ id: "reset" });
    await fail("reset");
    await fail("reset");
    await parcels.run("reset", () => {});
    expect(await standing("reset")).to.deep.equal({ status: 40, retry: 0, reason: null, lock: null });
    expect(await parcels.rerun({ key: "reset", status: "succeeded" })).to.equal(1);
    for (const retry of [1, 2]) {
      await fail("reset");
      expect(await standing("reset")).to.include({ status: 30, retry });
    }
    await fail("reset");
    expect(await standing("reset")).to.include({ status: 50, retry: 3, reason: "exhausted" });
    await thrownBy(parcels.start("reset"), JobIgnoredError);
    const { errors } = (await storedJob(schema, "parcel", "reset")).job as { errors: { attempt: number; fence: number }[] };
    expect(errors.map(({ attempt, fence }) => `${attempt}/${fence}`)).to.deep.equal(["1/1", "2/2", "1/4", "2/5", "3/6"]);
  });

  it("takes maxAttempts of the call for its own failure, more or fewer than the policy's", async () => {
    await parcels.enqueue([{ id: "fewer" }, { id: "more" }]);
    await fail("fewer", { maxAttempts: 1 });
    expect(await standing("fewer")).to.include({ status: 50, retry: 1, reason: "exhausted" });
    for (const retry of [1, 2, 3, 4]) {
      await fail("more", { maxAttempts: 5 });
      expect(await standing("more")).to.include({ status: 30, retry });
    }
    // The next call has the policy's three again, and these are long used up.
    await fail("more");
    expect(await standing("more")).to.include({ status: 50, retry: 5 });
  });

  it("takes maxAttempts of the call that takes over, not of the call that was lost", async () => {
    await parcels.enqueue([{ id: "patient" }, { id: "strict" }]);
    await parcels.start("patient", { maxAttempts: 1 });
    await parcels.start("strict", { maxAttempts: 9 });
    for (const id of ["patient", "strict"]) await lapse(schema, "parcel", id);
    expect(await parcels.start("patient", { maxAttempts: 2 })).to.include({ retry: 1, fence: 2 });
    await thrownBy(parcels.start("strict", { maxAttempts: 1 }), JobIgnoredError);
    await lapse(schema, "parcel", "patient");
    await thrownBy(parcels.start("patient", { maxAttempts: 2 }), JobIgnoredError);
    expect(await standing("patient")).to.include({ status: 50, retry: 2, reason: "exhausted" });
  });

  it("takes the policy's maxAttempts when a sweep rescues the job, whatever the lost call had", async () => {
    await parcels.enqueue([{ id: "rescued" }, { id: "given up" }]);
    await parcels.start("rescued", { maxAttempts: 1 });
    await schema.sql("UPDATE parcel SET retry = 2 WHERE id = 'given up'");
    await parcels.start("given up", { maxAttempts: 9 });
    for (const id of ["rescued", "given up"]) await lapse(schema, "parcel", id);
    expect(await parcels.rescue()).to.equal(2);
    expect(await standing("rescued")).to.deep.equal({ status: 30, retry: 1, reason: "lock_expired", lock: null });
    expect(await standing("given up")).to.deep.equal({ status: 50, retry: 3, reason: "exhausted", lock: null });
  });

  it("lets the expiry of a call travel in the row: that long the job is safe from others, whatever theirs is", async () => {
    await parcels.enqueue([{ id: "long" }, { id: "short" }]);
    const after = await databaseNow(schema);
    await parcels.start("long", { expire: "3h" });
    await parcels.start("short", { expire: "20s" });
    const before = await databaseNow(schema);
    expect(await liesBetween(schema, "lock_until", "long", { after, before, shift: "3 hours" })).to.equal(true);
    expect(await liesBetween(schema, "lock_until", "short", { after, before, shift: "20 seconds" })).to.equal(true);
    // An hour later by the database: past the policy's expiry, and past that of the one who asks.
    await schema.sql("UPDATE parcel SET lock_until = lock_until - interval '1h' WHERE id IN ('long', 'short')");
    await thrownBy(parcels.start("long", { expire: 100 }), JobLockedError);
    expect(await parcels.rescue()).to.equal(1);
    expect(await standing("long")).to.include({ status: 20, retry: 0 });
    expect(await standing("short")).to.include({ status: 30, retry: 1 });
  });

  it("extends by the call's expiry, not the policy's", async () => {
    await parcels.enqueue({ id: "extended" });
    const job = await parcels.start("extended", { expire: "2h" });
    await lapse(schema, "parcel", "extended");
    const after = await databaseNow(schema);
    await job.extend();
    expect(
      await liesBetween(schema, "lock_until", "extended", { after, before: await databaseNow(schema), shift: "2 hours" }),
    ).to.equal(true);
  });
});
