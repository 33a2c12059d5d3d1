import { expect } from "chai";
import { Column, Entity } from "typeorm";
import { JobEntity, JobUnsavedChangeError, type Started } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";
import { Recorder } from "./recorder.js";

@Entity()
class ReportJob extends JobEntity<{ pages: { n: number }[] }> {
  @Column({ type: "int", nullable: true })
  rows!: number | null;

  @Column({ type: "text", array: true, default: [] })
  tags!: string[];

  @Column({ type: "timestamptz", nullable: true })
  seenAt!: Date | null;
}

type Loose = { -readonly [K in keyof ReportJob]: ReportJob[K] };

describe("a started job", () => {
  const schema = useSchema("mapping_started");
  const recorder = new Recorder();
  let job: Started<ReportJob>;
  let loose: Loose;

  before(() => schema.connect([ReportJob], { logger: recorder }));
  beforeEach(async () => {
    await schema.sql("DELETE FROM report_job");
    await ReportJob.enqueue({ id: "a", data: { pages: [{ n: 1 }] }, tags: ["x"], seenAt: new Date(1_000) });
    job = await ReportJob.start("a");
    loose = job as unknown as Loose;
  });

  const statusOf = async () => (await schema.sql<{ status: number }>("SELECT status FROM report_job"))[0]!.status;

  it("has data that is frozen at every depth", () => {
    expect(() => Object.assign(loose.data, { pages: [] })).to.throw(TypeError);
    expect(() => loose.data.pages.push({ n: 2 })).to.throw(TypeError);
    expect(() => Object.assign(loose.data.pages[0]!, { n: 2 })).to.throw(TypeError);
    expect(() => delete (loose.data as { pages?: unknown }).pages).to.throw(TypeError);
    expect(() => loose.tags.push("y")).to.throw(TypeError);
    expect(() => (loose.errors as unknown[]).push({})).to.throw(TypeError);
  });

  it("gives data that can be copied and set again", async () => {
    job.updates.set("data", { ...job.data, pages: [...job.data.pages, { n: 2 }] });
    await job.succeed();
    expect((await ReportJob.findOneByOrFail({ id: "a" })).data).to.deep.equal({ pages: [{ n: 1 }, { n: 2 }] });
  });

  for (const [column, assign] of [
    ["rows", () => Object.assign(loose, { rows: 1 })],
    ["data", () => Object.assign(loose, { data: { pages: [] } })],
    ["tags", () => Object.assign(loose, { tags: ["y"] })],
    ["priority", () => Object.assign(loose, { priority: 1 })],
    ["id", () => Object.assign(loose, { id: "b" })],
    ["status", () => Object.assign(loose, { status: 40 })],
    ["lock", () => Object.assign(loose, { lock: null })],
    ["lockUntil", () => Object.assign(loose, { lockUntil: new Date(0) })],
    ["seenAt", () => loose.seenAt!.setTime(5)],
  ] as const) {
    it(`refuses to succeed when ${column} was assigned instead of set, before any statement`, async () => {
      assign();
      job.updates.write(async () => {
        throw new Error("never reached");
      });
      const sent = await recorder.during(async () => {
        const error = await failureOf(() => job.succeed());
        expect(error).to.be.instanceOf(JobUnsavedChangeError);
        expect(error.columns).to.deep.equal([column]);
        expect(error.message).to.include("updates.set");
      });
      expect(sent).to.deep.equal([]);
      expect(await statusOf()).to.equal(20);
    });
  }

  it("names all columns that were assigned", async () => {
    Object.assign(loose, { rows: 1, priority: 2 });
    expect((await failureOf(() => job.succeed())).columns).to.have.members(["rows", "priority"]);
  });

  it("stays open then: the assignment taken back, it succeeds", async () => {
    Object.assign(loose, { rows: 1 });
    await failureOf(() => job.succeed());
    loose.rows = null;
    job.updates.set("rows", 1);
    await job.succeed();
    expect(job).to.include({ rows: 1, kind: "succeeded" });
  });

  it("is failed by run when a column was assigned, with the reason recorded", async () => {
    await job.release();
    const error = await failureOf(() => ReportJob.run("a", (started) => void Object.assign(started, { rows: 3 })));
    expect(error).to.be.instanceOf(JobUnsavedChangeError);
    const row = await ReportJob.findOneByOrFail({ id: "a" });
    expect(row).to.include({ status: 30, rows: null, reason: "JOB_UNSAVED_CHANGE" });
    expect(row.errors[0]?.error).to.include("rows was assigned");
  });

  it("ignores what is assigned beside columns", async () => {
    Object.assign(loose, { note: "mine" });
    await job.succeed();
    expect(job).to.include({ kind: "succeeded" });
  });

  it("can be assigned to before other outcomes: nothing of it is written", async () => {
    Object.assign(loose, { rows: 1 });
    await job.release();
    expect((await ReportJob.findOneByOrFail({ id: "a" })).rows).to.equal(null);
  });

  it("extends its lock without that being a change", async () => {
    await job.extend("1h");
    await job.succeed();
    expect(await statusOf()).to.equal(40);
  });

  it("refuses an assignment to its members", async () => {
    for (const member of ["updates", "signal", "kind", "step"])
      expect(await failureOf(() => Object.assign(loose, { [member]: null }))).to.include({ code: "JOB_CONFIGURATION" });
    await job.succeed();
  });

  it("shows the row again after an outcome that drops what was assigned", async () => {
    loose.rows = 7;
    loose.seenAt!.setTime(9_000);
    loose.data = { pages: [] };
    await job.fail(new Error("boom"));
    const { rows, seenAt, data, status } = job;
    expect({ rows, seenAt, data, status }).to.deep.equal({
      rows: null,
      seenAt: new Date(1_000),
      data: { pages: [{ n: 1 }] },
      status: 30,
    });
  });
});
