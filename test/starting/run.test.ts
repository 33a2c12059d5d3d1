import { expect } from "chai";
import { type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Parcel } from "./jobs.js";
import { storedJob } from "./rows.js";
import { thrownBy } from "./thrown.js";

class Refusal extends Error {}

describe("run and tryRun", () => {
  const schema = useSchema("run");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  const throwing = () => {
    throw new Refusal("not today");
  };

  for (const how of ["run", "tryRun"] as const) {
    const run: JobRepository<Parcel>["tryRun"] = (key, work, options) => parcels[how](key, work, options);

    it(`start the job, and succeed it with what the work returned (${how})`, async () => {
      const id = `returned ${how}`;
      await parcels.enqueue({ id });
      const seen = await run(id, async (job) => {
        job.updates.set("weight", 5);
        return (await storedJob(schema, "parcel", id)).job;
      });
      expect(seen).to.include({ status: 20, fence: 1, weight: null });
      expect((await storedJob(schema, "parcel", id)).job).to.include({ status: 40, lock: null, weight: 5 });
    });

    it(`record what the work threw, and rethrow that very error (${how})`, async () => {
      const id = `threw ${how}`;
      await parcels.enqueue({ id });
      const error = new Refusal("this one");
      const thrown = thrownBy(
        run(id, () => {
          throw error;
        }),
        Refusal,
      );
      expect(await thrown).to.equal(error);
      const { job } = await storedJob(schema, "parcel", id);
      expect(job).to.include({ status: 30, retry: 1, lock: null });
      expect(job.errors).to.have.lengthOf(1);
    });

    it(`swallow what the work threw with skipError, but record it (${how})`, async () => {
      const id = `skipped ${how}`;
      await parcels.enqueue({ id });
      expect(await run(id, throwing, { skipError: true })).to.equal(undefined);
      expect((await storedJob(schema, "parcel", id)).job).to.include({ status: 30, retry: 1 });
      await thrownBy(run(id, throwing, { skipError: false }), Refusal);
    });

    it(`never call the work of a job that is refused (${how})`, async () => {
      const id = `refused ${how}`;
      await parcels.enqueue({ id });
      await parcels.start(id);
      let calls = 0;
      await run(id, () => calls++, { skipError: true }).catch(() => {});
      expect(calls).to.equal(0);
    });
  }
});
