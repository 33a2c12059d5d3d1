import { expect } from "chai";
import { JobStatus } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpJob, OpPipeline } from "./jobs.js";
import { byKind, enqueueIn, fails } from "./rows.js";

describe("rerun", () => {
  const schema = useSchema("op_rerun");

  before(() => schema.connect([OpJob, OpPipeline]));
  beforeEach(() => schema.sql("TRUNCATE op_job, op_pipeline"));

  it("puts a failed job back to pending: due now, retry 0, no reason; the history stays", async () => {
    await OpJob.enqueue({ id: "a", rows: 1 });
    await OpJob.run("a", fails, { skipError: true });
    await OpJob.run("a", fails, { skipError: true });
    const before = await OpJob.findOneByOrFail({ id: "a" });
    expect(before).to.include({ retry: 2, reason: "Error" });
    expect(await OpJob.rerun({ key: "a" })).to.equal(1);
    const after = await OpJob.findOneByOrFail({ id: "a" });
    expect(after).to.include({ status: JobStatus.Pending, retry: 0, reason: null, fence: 2, rows: 1, finishedAt: null });
    expect(after.errors).to.deep.equal(before.errors).and.have.length(2);
    const [row] = await schema.sql(
      "SELECT run_at BETWEEN updated_at - interval '1 s' AND clock_timestamp() AS due FROM op_job",
    );
    expect(row).to.deep.equal({ due: true });
    await OpJob.run("a", () => undefined);
    expect((await OpJob.findOneByOrFail({ id: "a" })).errors).to.deep.equal(before.errors);
  });

  it("takes failed jobs and ignored ones with reason exhausted or ignored; never pending, running or succeeded ones", async () => {
    await enqueueIn("failed", ["failed"]);
    await enqueueIn("exhausted", ["exhausted"]);
    await enqueueIn("ignored", ["ignored"]);
    await enqueueIn("cancelled", ["cancelled"]);
    await enqueueIn("succeeded", ["succeeded"]);
    await enqueueIn("pending", ["pending", "running"]);
    await schema.sql("UPDATE op_job SET run_at = NULL WHERE id = 'pending'");
    const job = await OpJob.start("running");
    expect(await OpJob.rerun({ all: true })).to.equal(3);
    expect(await byKind()).to.deep.equal({
      pending: ["exhausted", "failed", "ignored", "pending"],
      ignored: ["cancelled"],
      succeeded: ["succeeded"],
      in_progress: ["running"],
    });
    expect((await OpJob.findOneByOrFail({ id: "pending" })).runAt).to.equal(null);
    expect(await OpJob.rerun({ all: true })).to.equal(0);
    await job.succeed();
  });

  it("takes ignored jobs of other reasons only when the reason is named", async () => {
    await enqueueIn("cancelled", ["a", "b"]);
    await enqueueIn("exhausted", ["x"]);
    await schema.sql("UPDATE op_job SET reason = NULL WHERE id = 'b'");
    expect(await OpJob.rerun({ status: "ignored", keys: ["a", "b"] })).to.equal(0);
    expect(await OpJob.rerun({ key: "a" })).to.equal(0);
    expect(await OpJob.rerun({ reason: ["cancelled", "skipped"] })).to.equal(1);
    expect(await byKind()).to.deep.equal({ pending: ["a"], ignored: ["b", "x"] });
  });

  it("takes succeeded jobs only where status names them", async () => {
    await enqueueIn("succeeded", ["a", "b"]);
    expect(await OpJob.rerun({ key: "a" })).to.equal(0);
    expect(await OpJob.rerun({ key: "a", status: "failed" })).to.equal(0);
    expect(await OpJob.rerun({ key: "a", status: ["failed", "succeeded"] })).to.equal(1);
    expect(await OpJob.rerun({ status: JobStatus.Succeeded })).to.equal(1);
    expect(await byKind()).to.deep.equal({ pending: ["a", "b"] });
  });

  it("leaves a job in its own step, or puts it into the one named", async () => {
    await OpPipeline.enqueue([{ id: "a" }, { id: "b" }]);
    for (const id of ["a", "b"]) {
      await OpPipeline.run(id, () => undefined);
      await (await OpPipeline.start(id)).fail(new Error("no luck"));
    }
    expect(await OpPipeline.rerun({ key: "a" })).to.equal(1);
    expect(await OpPipeline.rerun({ key: "b" }, { step: "download" })).to.equal(1);
    expect((await OpPipeline.findOneByOrFail({ id: "a" })).status).to.equal(20);
    expect((await OpPipeline.findOneByOrFail({ id: "b" })).status).to.equal(10);
    expect(await OpPipeline.rerun({ step: "parse", status: "failed" }, { step: "load" })).to.equal(0);
  });

  it("gives a job its full number of attempts again", async () => {
    await OpJob.enqueue({ id: "a" });
    for (let n = 0; n < 3; n++) await OpJob.run("a", fails, { skipError: true });
    expect(await byKind()).to.deep.equal({ ignored: ["a"] });
    await OpJob.rerun({ key: "a" });
    for (let n = 0; n < 2; n++) await OpJob.run("a", fails, { skipError: true });
    expect(await byKind()).to.deep.equal({ failed: ["a"] });
    await OpJob.run("a", fails, { skipError: true });
    const job = await OpJob.findOneByOrFail({ id: "a" });
    expect(job).to.include({ kind: "ignored", reason: "exhausted", retry: 3, fence: 6 });
    // maxErrors is 4: the newest four.
    expect(job.errors.map(({ fence }) => fence)).to.deep.equal([3, 4, 5, 6]);
  });
});
