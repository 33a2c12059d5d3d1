import { expect } from "chai";
import {
  JobAlreadySucceededError,
  JobIgnoredError,
  JobLockedError,
  JobNotFoundError,
  JobNotReadyToStartError,
  JobRefusedError,
  type JobRepository,
  jobs,
} from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Paper, Parcel } from "./jobs.js";
import { recordWrites, storedJob, writesOf } from "./rows.js";
import { thrownBy } from "./thrown.js";

const LIVE = "lock = gen_random_uuid(), lock_at = now(), lock_until = now() + interval '1h', lock_by = 'host:1'";

/** A row of each standing, and what a start of it must say. Each row stands as worse as it can for the rules that come after. */
const refusals = [
  { why: "a live lock", set: `status = 20, ${LIVE}`, type: JobLockedError },
  { why: "a live lock, though it succeeded", set: `status = 40, ${LIVE}`, type: JobLockedError },
  { why: "a live lock, though it is ignored", set: `status = 50, reason = 'cancelled', ${LIVE}`, type: JobLockedError },
  { why: "a live lock, though its status is none of the class's", set: `status = 99, ${LIVE}`, type: JobLockedError },
  { why: "a live lock, though it is pending", set: `status = 10, ${LIVE}`, type: JobLockedError },
  { why: "success", set: "status = 40, finished_at = now()", type: JobAlreadySucceededError },
  { why: "being ignored", set: "status = 50, reason = 'cancelled', retry = 3", type: JobIgnoredError },
  { why: "a status that is none of the class's", set: "status = 99", type: JobNotReadyToStartError },
] as const;

describe("A refused start", () => {
  const schema = useSchema("refusals");
  let parcels: JobRepository<Parcel>;
  let papers: JobRepository<Paper>;

  before(async () => {
    const source = await schema.connect(entities);
    parcels = jobs(Parcel, source);
    papers = jobs(Paper, source);
    await recordWrites(schema, "parcel");
  });

  for (const [index, { why, set, type }] of refusals.entries()) {
    it(`because of ${why} is a ${type.name} that names the job and writes nothing`, async () => {
      const id = `refused-${index}`;
      await parcels.enqueue({ id });
      await schema.sql(`UPDATE parcel SET ${set} WHERE id = $1`, [id]);
      const before = await storedJob(schema, "parcel", id);
      const writes = await writesOf(schema, id);

      const error = await thrownBy<JobRefusedError>(parcels.start(id), type);
      expect(error).to.be.an.instanceOf(JobRefusedError).and.include({ jobClass: "Parcel", key: id });
      await thrownBy<JobRefusedError>(
        parcels.run(id, () => expect.fail("it must not run"), { skipError: true }),
        type,
      );
      expect(await parcels.tryStart(id)).to.equal(null);
      expect(await parcels.tryRun(id, () => expect.fail("it must not run"))).to.equal(null);

      expect(await storedJob(schema, "parcel", id)).to.deep.equal(before);
      expect(await writesOf(schema, id)).to.deep.equal(writes);
    });
  }

  it("because there is no such job is a JobNotFoundError, from tryStart and tryRun too", async () => {
    for (const ask of [
      () => parcels.start("nobody"),
      () => parcels.tryStart("nobody"),
      () => parcels.run("nobody", () => {}, { skipError: true }),
      () => parcels.tryRun("nobody", () => {}),
    ]) {
      const error = await thrownBy(ask(), JobNotFoundError);
      expect(error).to.include({ code: "JOB_NOT_FOUND", jobClass: "Parcel", key: "nobody" });
    }
    expect(await writesOf(schema, "nobody")).to.deep.equal([]);
  });

  it("because of a live lock tells who holds it and until when", async () => {
    await parcels.enqueue({ id: "held" });
    const holder = await parcels.start("held");
    const error = await thrownBy(parcels.start("held"), JobLockedError);
    expect(error).to.include({ code: "JOB_LOCKED", lockBy: holder.lockBy });
    expect(error.lockUntil).to.deep.equal(holder.lockUntil);
  });

  it("because the job is ignored tells the row's reason", async () => {
    await parcels.enqueue({ id: "unwanted" });
    await (await parcels.start("unwanted")).ignore("nobody wants it");
    expect(await thrownBy(parcels.start("unwanted"), JobIgnoredError)).to.include({ code: "JOB_IGNORED", reason: "ignored" });
    await parcels.enqueue({ id: "stopped" });
    await parcels.cancel({ key: "stopped" });
    expect(await thrownBy(parcels.start("stopped"), JobIgnoredError)).to.include({ reason: "cancelled" });
  });

  it("because the job is not ready tells its status and what would have been", async () => {
    await parcels.enqueue({ id: "foreign" });
    await schema.sql("UPDATE parcel SET status = 99 WHERE id = 'foreign'");
    const error = await thrownBy(
      parcels.start("foreign", { startableFrom: ["ignored", "in_progress"] }),
      JobNotReadyToStartError,
    );
    expect(error).to.include({ code: "JOB_NOT_READY_TO_START", status: 99 });
    expect(error.ready).to.deep.equal(["pending (10)", "failed (30)", "ignored (50)"]);
  });

  it("of a passed step is refused for the live lock before the passed step", async () => {
    await papers.enqueue({ id: "running" });
    await schema.sql(`UPDATE paper SET status = 22, ${LIVE} WHERE id = 'running'`);
    await thrownBy(papers.start("running", { step: "download" }), JobLockedError);
    await thrownBy(papers.start("running", { step: "load" }), JobLockedError);
  });

  it("is null for `await using`, which takes it", async () => {
    await parcels.enqueue({ id: "taken" });
    await parcels.start("taken");
    let seen: unknown = "nothing";
    {
      await using job = await Parcel.tryStart("taken");
      seen = job;
    }
    expect(seen).to.equal(null);
  });

  it("doesn't come while the job can be started: tryStart and tryRun start it", async () => {
    await parcels.enqueue([{ id: "free" }, { id: "free too" }]);
    const job = await parcels.tryStart("free");
    expect(job).to.include({ id: "free", kind: "in_progress" });
    expect(await parcels.tryRun("free too", ({ id }) => `ran ${id}`)).to.equal("ran free too");
    expect((await storedJob(schema, "parcel", "free too")).job).to.include({ status: 40, lock: null });
  });
});
