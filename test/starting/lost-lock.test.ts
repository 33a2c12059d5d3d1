import { expect } from "chai";
import { JobLockLostError, type JobRepository, jobs, type Started } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Parcel, Receipt } from "./jobs.js";
import { lapse, storedJob } from "./rows.js";
import { thrownBy } from "./thrown.js";

let writes = 0;

/** Everything that an attempt can write. */
const calls: Record<string, (job: Started<Parcel>) => Promise<void>> = {
  succeed: (job) => job.succeed(),
  fail: (job) => job.fail(new Error("too late")),
  ignore: (job) => job.ignore("too late"),
  release: (job) => job.release(),
  extend: (job) => job.extend(),
  "succeed with writes": (job) => {
    job.updates.set("weight", 8);
    job.updates.write(async (tx) => {
      writes++;
      await tx.insert(Receipt, { id: job.id, by: "loser" });
    });
    return job.succeed();
  },
};

describe("An attempt that was taken over and doesn't know it yet", () => {
  const schema = useSchema("lost_lock");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  for (const [name, call] of Object.entries(calls)) {
    it(`changes nothing by ${name}: its lock is lost`, async () => {
      await parcels.enqueue([{ id: `${name} running` }, { id: `${name} finished` }]);
      for (const id of [`${name} running`, `${name} finished`]) {
        // No heartbeat comes within the test: the statement itself has to find out.
        const loser = await parcels.start(id);
        await lapse(schema, "parcel", id);
        const winner = await parcels.start(id);
        if (id.endsWith("finished")) await winner.succeed();
        const before = await storedJob(schema, "parcel", id);

        expect(await thrownBy(call(loser), JobLockLostError)).to.include({ jobClass: "Parcel", key: id });
        expect(await storedJob(schema, "parcel", id)).to.deep.equal(before);
        expect(writes, "a callback ran").to.equal(0);
        expect(await schema.sql("SELECT * FROM receipt")).to.deep.equal([]);

        if (id.endsWith("running")) await winner.succeed();
        expect((await storedJob(schema, "parcel", id)).job).to.include({ status: 40, weight: null, fence: 2 });
      }
    });
  }

  it("has aborted its signal once an extension told it", async () => {
    await parcels.enqueue({ id: "told" });
    const loser = await parcels.start("told");
    expect(loser.signal.aborted).to.equal(false);
    await lapse(schema, "parcel", "told");
    await parcels.start("told");
    const error = await thrownBy(loser.extend(), JobLockLostError);
    expect(loser.signal.aborted).to.equal(true);
    expect(loser.signal.reason).to.equal(error);
  });
});
