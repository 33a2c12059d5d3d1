import { expect } from "chai";
import {
  JobAlreadySucceededError,
  JobIgnoredError,
  JobLockedError,
  JobNotFoundError,
  type JobRefusedError,
  type JobRepository,
  jobs,
} from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Parcel } from "./jobs.js";
import { lapse, storedJob, untilWaiting } from "./rows.js";
import { thrownBy } from "./thrown.js";

const END = "lock = NULL, lock_until = NULL, lock_by = NULL, run_at = NULL, updated_at = clock_timestamp()";

/** What a transaction makes of the job while a start already waits for its row. */
const meanwhile = [
  { what: "succeeded", sql: `UPDATE parcel SET status = 40, finished_at = now(), ${END}`, type: JobAlreadySucceededError },
  { what: "was ignored", sql: `UPDATE parcel SET status = 50, reason = 'cancelled', ${END}`, type: JobIgnoredError },
  {
    what: "was started by another",
    sql: "UPDATE parcel SET status = 20, lock = gen_random_uuid(), lock_until = now() + interval '1h', fence = fence + 1",
    type: JobLockedError,
  },
  { what: "was extended by its holder", sql: "UPDATE parcel SET lock_until = now() + interval '1h'", type: JobLockedError },
  { what: "was deleted", sql: "DELETE FROM parcel", type: JobNotFoundError },
] as const;

describe("A start that saw a job before it", () => {
  const schema = useSchema("stale_read");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  for (const [index, { what, sql, type }] of meanwhile.entries()) {
    it(`${what} can't start it again`, async () => {
      const id = `stale-${index}`;
      await parcels.enqueue({ id });
      // In progress with an expired lock: what the waiting statement read is startable.
      await parcels.start(id);
      await lapse(schema, "parcel", id);
      const other = await schema.client();
      await other.query("BEGIN");
      await other.query(`${sql} WHERE id = $1`, [id]);
      const starting = thrownBy<JobRefusedError>(parcels.start(id), type);
      await untilWaiting(schema, 1);
      await other.query("COMMIT");
      const after = type === JobNotFoundError ? undefined : await storedJob(schema, "parcel", id);
      await starting;
      if (after) expect(await storedJob(schema, "parcel", id)).to.deep.equal(after);
      if (!after) expect(await schema.sql("SELECT 1 FROM parcel WHERE id = $1", [id])).to.deep.equal([]);
    });
  }

  it("succeeded can't start it again with `create` either", async () => {
    await parcels.enqueue({ id: "created" });
    const other = await schema.client();
    await other.query("BEGIN");
    await other.query(`UPDATE parcel SET status = 40, ${END} WHERE id = 'created'`);
    const starting = thrownBy(parcels.start("created", { create: { data: { n: 1 } } }), JobAlreadySucceededError);
    await untilWaiting(schema, 1);
    await other.query("COMMIT");
    const after = await storedJob(schema, "parcel", "created");
    await starting;
    expect(await storedJob(schema, "parcel", "created")).to.deep.equal(after);
  });

  it("succeeded is not started through an instance read before, either", async () => {
    await parcels.enqueue({ id: "instance" });
    const read = await Parcel.findOneByOrFail({ id: "instance" });
    await parcels.run("instance", () => {});
    const after = await storedJob(schema, "parcel", "instance");
    expect(read.kind).to.equal("pending");
    await thrownBy(parcels.start(read.id), JobAlreadySucceededError);
    expect(await storedJob(schema, "parcel", "instance")).to.deep.equal(after);
  });
});
