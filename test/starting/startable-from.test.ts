import { expect } from "chai";
import {
  InvalidOptionError,
  type JobFailure,
  JobIgnoredError,
  JobLockedError,
  JobNotReadyToStartError,
  type JobRepository,
  jobs,
} from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Paper, Parcel } from "./jobs.js";
import { lapse, storedJob } from "./rows.js";
import { thrownBy } from "./thrown.js";

describe("startableFrom", () => {
  const schema = useSchema("startable_from");
  let parcels: JobRepository<Parcel>;
  let papers: JobRepository<Paper>;

  before(async () => {
    const source = await schema.connect(entities);
    parcels = jobs(Parcel, source);
    papers = jobs(Paper, source);
  });

  async function parcel(id: string, set: string): Promise<void> {
    await parcels.enqueue({ id });
    await schema.sql(`UPDATE parcel SET ${set} WHERE id = $1`, [id]);
  }

  async function paper(id: string, set: string): Promise<void> {
    await papers.enqueue({ id });
    await schema.sql(`UPDATE paper SET ${set} WHERE id = $1`, [id]);
  }

  const ignored = "status = 50, retry = 3, reason = 'exhausted', finished_at = now(), fence = 3";

  it("starts from a kind that is named, retry from 0, and the row is no finished one any more", async () => {
    await parcel("kind", ignored);
    expect(await parcels.start("kind", { startableFrom: "ignored" })).to.include({
      kind: "in_progress",
      retry: 0,
      fence: 4,
      reason: null,
      finishedAt: null,
    });
  });

  it("starts from a code that is named, alone or among others", async () => {
    await parcel("code", "status = 40, finished_at = now()");
    expect(await parcels.start("code", { startableFrom: 40 })).to.include({ kind: "in_progress", retry: 0, fence: 1 });
    await parcel("mixed", ignored);
    expect(await parcels.start("mixed", { startableFrom: ["succeeded", 50] })).to.include({ kind: "in_progress", retry: 0 });
  });

  it("gives a failed job all its attempts again when failed is named, else what is left", async () => {
    await parcel("afresh", "status = 30, retry = 2");
    const job = await parcels.start("afresh", { startableFrom: "failed" });
    expect(job.retry).to.equal(0);
    await job.fail(new Error("once more"));
    expect(job).to.include({ kind: "failed", retry: 1 });
    expect(await parcels.start("afresh", { startableFrom: "ignored" })).to.include({ retry: 1 });
  });

  it("lets every other status be refused as ever", async () => {
    await parcel("other", ignored);
    await thrownBy(parcels.start("other", { startableFrom: "succeeded" }), JobIgnoredError);
    await thrownBy(parcels.start("other", { startableFrom: [] }), JobIgnoredError);
    expect(await parcels.tryStart("other", { startableFrom: [40] })).to.equal(null);
    expect((await storedJob(schema, "parcel", "other")).job).to.include({ status: 50, fence: 3 });
  });

  it("never gets past a live lock, whatever it names", async () => {
    const startableFrom = ["pending", "in_progress", "failed", "succeeded", "ignored"] as const;
    await parcels.enqueue({ id: "live" });
    await parcels.start("live");
    for (const status of [20, 10, 30, 40, 50]) {
      await schema.sql("UPDATE parcel SET status = $1 WHERE id = 'live'", [status]);
      const before = await storedJob(schema, "parcel", "live");
      await thrownBy(parcels.start("live", { startableFrom }), JobLockedError);
      await thrownBy(parcels.start("live", { startableFrom, create: {} }), JobLockedError);
      await thrownBy(parcels.start("live", { startableFrom: status }), JobLockedError);
      expect(await storedJob(schema, "parcel", "live")).to.deep.equal(before);
    }
  });

  it("makes no free start of a lost attempt: in progress is a take-over, which counts", async () => {
    await parcels.enqueue({ id: "lost" });
    await parcels.start("lost");
    await lapse(schema, "parcel", "lost");
    const job = await parcels.start("lost", { startableFrom: ["in_progress", "failed"] });
    expect(job).to.include({ retry: 1, fence: 2 });
    expect(job.errors).to.have.lengthOf(1);
    await lapse(schema, "parcel", "lost");
    await thrownBy(parcels.start("lost", { startableFrom: 20, maxAttempts: 2 }), JobIgnoredError);
  });

  it("means the step that is asked: its own kinds, and any code of the class", async () => {
    await paper("own", "status = 28, reason = 'ignored', retry = 1");
    await thrownBy(papers.start("own", { step: "load", startableFrom: "ignored" }), JobNotReadyToStartError);
    expect(await papers.start("own", { step: "parse", startableFrom: "ignored" })).to.include({ status: 22, retry: 0 });
    await paper("skipped", "status = 16");
    expect(await papers.start("skipped", { step: "load", startableFrom: 16 })).to.include({ step: "load", status: 32 });
    await paper("back", "status = 36");
    expect(await papers.start("back", { step: "download", startableFrom: 36 })).to.include({ step: "download", status: 12 });
  });

  it("without a step does again what the row did last, unless the row is due for the next one", async () => {
    await paper("last", "status = 36");
    expect(await papers.start("last", { startableFrom: "succeeded" })).to.include({ step: "load", status: 32 });
    await paper("given up", "status = 28, reason = 'exhausted'");
    expect(await papers.start("given up", { startableFrom: "ignored" })).to.include({ step: "parse", status: 22 });
    await paper("due", "status = 16");
    expect(await papers.start("due", { startableFrom: "succeeded" })).to.include({ step: "parse", status: 22 });
  });

  it("leaves a record when it moves a lost attempt of another step, which doesn't count in this one", async () => {
    await paper("moved", "status = 14, retry = 1");
    const lost = await papers.start("moved", { step: "download" });
    await thrownBy(papers.start("moved", { step: "parse", startableFrom: 12 }), JobLockedError);
    await lapse(schema, "paper", "moved");
    const job = await papers.start("moved", { step: "parse", startableFrom: 12 });
    expect(job).to.include({ step: "parse", status: 22, retry: 0, fence: 2 });
    const [record, ...others] = job.errors as JobFailure[];
    expect(others).to.deep.equal([]);
    expect(record).to.include({ attempt: 2, fence: lost.fence, code: "lock_expired", by: lost.lockBy });
  });

  it("refuses kinds and codes that the class doesn't have", async () => {
    for (const wrong of ["succeded", 41, [40, 41], ["failed", null], null, [[40]], Number.NaN]) {
      const error = await thrownBy(parcels.start("any", { startableFrom: wrong as never }), InvalidOptionError);
      expect(error.option).to.equal("startableFrom");
    }
    const error = await thrownBy(parcels.start("any", { startableFrom: "succeded" as never }), InvalidOptionError);
    expect(error.message).to.include('did you mean "succeeded"').and.include("10, 20, 30, 40, 50");
    await thrownBy(papers.start("any", { startableFrom: 40 }), InvalidOptionError);
  });
});
