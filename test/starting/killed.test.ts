import { expect } from "chai";
import { type JobFailure, JobIgnoredError, type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { JobWorker } from "./job-worker.js";
import { entities, Parcel } from "./jobs.js";
import { lapse, storedJob } from "./rows.js";
import { thrownBy } from "./thrown.js";

describe("A job that kills its process", () => {
  const schema = useSchema("killed");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  it("is taken over by the next process, each crash counts, and it ends ignored after maxAttempts", async () => {
    await parcels.enqueue({ id: "fatal" });
    const dead = [new JobWorker(schema), new JobWorker(schema), new JobWorker(schema)];
    for (const [index, worker] of dead.entries()) {
      await worker.ready();
      await worker.dieInside("fatal");
      const { job } = await storedJob(schema, "parcel", "fatal");
      expect(job).to.include({ status: 20, fence: index + 1, retry: index, lock_by: worker.name });
      expect((await parcels.tryStart("fatal")) === null, "the lock outlives its process").to.equal(true);
      await lapse(schema, "parcel", "fatal");
    }

    expect(await thrownBy(parcels.start("fatal"), JobIgnoredError)).to.include({ reason: "exhausted" });
    const { job } = await storedJob(schema, "parcel", "fatal");
    expect(job).to.include({ status: 50, reason: "exhausted", lock: null, lock_by: null, retry: 3, fence: 3, run_at: null });
    const records = (job.errors as JobFailure[]).map(({ attempt, fence, by, code }) => ({ attempt, fence, by, code }));
    expect(records).to.deep.equal(
      dead.map(({ name }, index) => ({ attempt: index + 1, fence: index + 1, by: name, code: "lock_expired" })),
    );
    await thrownBy(parcels.start("fatal"), JobIgnoredError);
  });

  it("is done when a later process finishes it: the crash stays in its history only", async () => {
    await parcels.enqueue({ id: "survived" });
    const dead = new JobWorker(schema);
    await dead.ready();
    await dead.dieInside("survived");
    await lapse(schema, "parcel", "survived");
    expect(await parcels.run("survived", ({ fence, retry }) => ({ fence, retry }))).to.deep.equal({ fence: 2, retry: 1 });
    const { job } = await storedJob(schema, "parcel", "survived");
    expect(job).to.include({ status: 40, retry: 0, reason: null });
    expect(job.errors).to.have.lengthOf(1);
  });
});
