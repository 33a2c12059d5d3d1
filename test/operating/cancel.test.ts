import { expect } from "chai";
import { type DataSource, Entity, PrimaryColumn } from "typeorm";
import { JobIgnoredError, JobLockLostError } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpJob, OpPipeline } from "./jobs.js";
import { byKind, enqueueIn, expireLocks, untilWaiting } from "./rows.js";
import { thrownBy } from "./thrown-by.js";

@Entity()
class OpEffect {
  @PrimaryColumn({ type: "varchar" })
  id!: string;
}

describe("cancel", () => {
  const schema = useSchema("op_cancel");

  let source: DataSource;

  before(async () => {
    source = await schema.connect([OpJob, OpPipeline, OpEffect]);
  });
  beforeEach(() => schema.sql("TRUNCATE op_job, op_pipeline, op_effect"));

  it("ignores waiting and failed jobs, without a record", async () => {
    await enqueueIn("pending", ["p"]);
    await enqueueIn("failed", ["f"]);
    const failed = await OpJob.findOneByOrFail({ id: "f" });
    expect(await OpJob.cancel({ all: true })).to.equal(2);
    for (const job of await OpJob.find()) {
      expect(job).to.include({ kind: "ignored", reason: "cancelled", runAt: null, lock: null });
      expect(job.finishedAt).to.be.instanceOf(Date);
      expect(job.errors).to.deep.equal(job.id === "f" ? failed.errors : []);
    }
    expect((await thrownBy(JobIgnoredError, () => OpJob.start("p"))).reason).to.equal("cancelled");
  });

  it("leaves succeeded and ignored jobs alone, even when they are named", async () => {
    await enqueueIn("succeeded", ["s"]);
    await enqueueIn("exhausted", ["x"]);
    const before = await OpJob.find({ order: { id: "ASC" } });
    expect(await OpJob.cancel({ all: true })).to.equal(0);
    expect(await OpJob.cancel({ status: ["succeeded", "ignored"] })).to.equal(0);
    expect(await OpJob.cancel({ key: "s" })).to.equal(0);
    expect(await OpJob.find({ order: { id: "ASC" } })).to.deep.equal(before);
  });

  it("takes the lock of a running attempt and leaves a record with its fence", async () => {
    await OpJob.enqueue({ id: "a" });
    await (await OpJob.start("a")).fail(new Error("first"));
    const job = await OpJob.start("a");
    expect(await OpJob.cancel({ key: "a" })).to.equal(1);
    const row = await OpJob.findOneByOrFail({ id: "a" });
    expect(row).to.include({
      kind: "ignored",
      reason: "cancelled",
      lock: null,
      lockUntil: null,
      lockBy: null,
      fence: 2,
      runAt: null,
    });
    expect(row.errors).to.have.length(2);
    expect(row.errors[1]).to.deep.include({ fence: 2, attempt: 2, code: "cancelled", by: job.lockBy });
    expect(row.errors[1]!.at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("lets nothing of a running attempt commit: its outcomes and extend find the lock lost", async () => {
    const ids = ["succeed", "write", "fail", "ignore", "release", "extend"];
    await OpJob.enqueue(ids.map((id) => ({ id })));
    const [succeeds, writes, failing, ignores, releases, extending] = await Promise.all(ids.map((id) => OpJob.start(id)));
    succeeds!.updates.set("rows", 1);
    writes!.updates.write((tx) => tx.insert(OpEffect, { id: "written" }));
    expect(await OpJob.cancel({ status: "in_progress" })).to.equal(6);
    const before = await OpJob.find({ order: { id: "ASC" } });
    await thrownBy(JobLockLostError, () => succeeds!.succeed());
    await thrownBy(JobLockLostError, () => writes!.succeed());
    await thrownBy(JobLockLostError, () => failing!.fail(new Error("too late")));
    await thrownBy(JobLockLostError, () => ignores!.ignore("too late"));
    await thrownBy(JobLockLostError, () => releases!.release());
    await thrownBy(JobLockLostError, () => extending!.extend());
    expect(await OpJob.find({ order: { id: "ASC" } })).to.deep.equal(before);
    expect(await effects()).to.equal(0);
  });

  it("comes too late for a success that holds its row, and answers none", async () => {
    await OpJob.enqueue({ id: "a" });
    const job = await OpJob.start("a");
    let cancelling: Promise<number> | undefined;
    job.updates.write(async (tx) => {
      await tx.insert(OpEffect, { id: "written" });
      // Of its own: the transaction around would be the ambient one otherwise.
      cancelling = OpJob.cancel({ key: "a" }, { manager: source.createEntityManager() });
      await untilWaiting(schema, 1);
    });
    await job.succeed();
    expect(await cancelling).to.equal(0);
    expect(await byKind()).to.deep.equal({ succeeded: ["a"] });
    expect(await effects()).to.equal(1);
  });

  it("ends an attempt whose lock has expired too, so that nobody takes it over", async () => {
    await OpJob.enqueue({ id: "a" });
    await OpJob.start("a");
    await expireLocks(schema, ["a"]);
    expect(await OpJob.cancel({ key: "a" })).to.equal(1);
    expect(await OpJob.rescue()).to.equal(0);
    await thrownBy(JobIgnoredError, () => OpJob.start("a"));
    expect((await OpJob.findOneByOrFail({ id: "a" })).errors.map(({ code }) => code)).to.deep.equal(["cancelled"]);
  });

  it("keeps at most maxErrors records, the newest", async () => {
    await OpJob.enqueue({ id: "a" });
    for (let n = 0; n < 6; n++) {
      await OpJob.start("a");
      await OpJob.cancel({ key: "a" });
      await OpJob.rerun({ reason: "cancelled" });
    }
    const { errors } = await OpJob.findOneByOrFail({ id: "a" });
    expect(errors.map(({ fence }) => fence)).to.deep.equal([3, 4, 5, 6]);
  });

  it("stops a pipeline in each of its steps, also between two of them", async () => {
    await OpPipeline.enqueue(["begun", "between", "done"].map((id) => ({ id })));
    for (const id of ["between", "done"]) await OpPipeline.run(id, () => undefined, { step: "download" });
    for (const step of ["parse", "load"]) await OpPipeline.run("done", () => undefined, { step });
    await OpPipeline.start("begun");
    expect(await OpPipeline.cancel({ all: true })).to.equal(2);
    const status = async (id: string) => (await OpPipeline.findOneByOrFail({ id })).status;
    expect(await status("begun")).to.equal(18);
    expect(await status("between")).to.equal(28);
    expect(await status("done")).to.equal(36);
    await thrownBy(JobIgnoredError, () => OpPipeline.start("between"));
    expect(await OpPipeline.rerun({ reason: "cancelled" })).to.equal(2);
    expect(await status("between")).to.equal(20);
  });

  const effects = async () => (await schema.sql("SELECT FROM op_effect")).length;
});
