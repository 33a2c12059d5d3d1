import { expect } from "chai";
import { InvalidOptionError, JobStatus } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpJob, OpPipeline } from "./jobs.js";
import { age, enqueueIn } from "./rows.js";
import { thrownBy } from "./thrown-by.js";

const ids = (jobs: { id: string }[]) => jobs.map(({ id }) => id);

describe("findByStatus", () => {
  const schema = useSchema("op_find");

  before(async () => {
    await schema.connect([OpJob, OpPipeline]);
    await enqueueIn("failed", ["f1", "f2", "f3"]);
    await enqueueIn("exhausted", ["x1"]);
    await enqueueIn("pending", ["p1"]);
    await enqueueIn("succeeded", ["s1"]);
    await age(schema, ["f2"], "3 hours");
    await age(schema, ["x1"], "2 hours");
  });

  it("finds jobs of one kind, oldest change first, as TypeORM reads them", async () => {
    const found = await OpJob.findByStatus("failed");
    expect(ids(found)).to.deep.equal(["f2", "f1", "f3"]);
    expect(found).to.deep.equal(await OpJob.find({ where: { status: JobStatus.Failed }, order: { updatedAt: "ASC" } }));
    expect(found[0]).to.be.instanceOf(OpJob);
  });

  it("orders several kinds as one list, by kind and code alike", async () => {
    expect(ids(await OpJob.findByStatus(["failed", "ignored"]))).to.deep.equal(["f2", "x1", "f1", "f3"]);
    expect(ids(await OpJob.findByStatus([30, "ignored", "failed"], { order: "newest" }))).to.deep.equal([
      "f3",
      "f1",
      "x1",
      "f2",
    ]);
    expect(ids(await OpJob.findByStatus(JobStatus.Succeeded))).to.deep.equal(["s1"]);
    expect(await OpJob.findByStatus("in_progress")).to.deep.equal([]);
  });

  it("limits the list, not each kind", async () => {
    expect(ids(await OpJob.findByStatus(["failed", "ignored"], { limit: 3 }))).to.deep.equal(["f2", "x1", "f1"]);
    expect(ids(await OpJob.findByStatus("failed", { limit: 1, order: "newest" }))).to.deep.equal(["f3"]);
  });

  it("finds 100 unless told otherwise", async () => {
    await OpPipeline.enqueue(Array.from({ length: 130 }, () => ({})));
    expect(await OpPipeline.findByStatus("pending")).to.have.length(100);
    expect(await OpPipeline.findByStatus("pending", { limit: 200 })).to.have.length(130);
  });

  it("takes only jobs unchanged for longer than olderThan", async () => {
    expect(ids(await OpJob.findByStatus(["failed", "ignored"], { olderThan: "1h" }))).to.deep.equal(["f2", "x1"]);
    expect(ids(await OpJob.findByStatus(["failed", "ignored"], { olderThan: "150m" }))).to.deep.equal(["f2"]);
  });

  it("sees what the transaction it is given has done", async () => {
    await OpJob.getRepository().manager.transaction(async (manager) => {
      await OpJob.enqueue({ id: "tx" }, { manager });
      expect(ids(await OpJob.findByStatus("pending", { manager }))).to.deep.equal(["p1", "tx"]);
      expect(ids(await OpJob.findByStatus("pending"))).to.deep.equal(["p1"]);
      await manager.delete(OpJob, { id: "tx" });
    });
  });

  it("refuses unknown kinds, codes, options and limits", async () => {
    const wrong = (call: () => Promise<unknown>) => thrownBy(InvalidOptionError, call);
    expect((await wrong(() => OpJob.findByStatus("faild" as never))).message).to.contain('did you mean "failed"?');
    await wrong(() => OpJob.findByStatus(31));
    await wrong(() => OpJob.findByStatus([]));
    await wrong(() => OpJob.findByStatus("failed", { step: "parse" }));
    expect((await wrong(() => OpJob.findByStatus("failed", { limitt: 1 } as object))).message).to.contain('"limit"');
    for (const limit of [0, -1, 1.5, Number.NaN, 1e9]) await wrong(() => OpJob.findByStatus("failed", { limit }));
    await wrong(() => OpJob.findByStatus("failed", { order: "oldes" as "oldest" }));
  });
});

describe("findByStatus of a pipeline", () => {
  const schema = useSchema("op_find_steps");

  before(async () => {
    await schema.connect([OpPipeline]);
    await OpPipeline.enqueue([{ id: "a" }, { id: "b" }, { id: "c" }]);
    await OpPipeline.run("b", () => undefined, { step: "download" });
    await OpPipeline.run("c", () => undefined, { step: "download" });
    await (await OpPipeline.start("c")).fail(new Error("no luck"));
  });

  it("means a kind in every step, or in the one named", async () => {
    expect(ids(await OpPipeline.findByStatus(["pending", "succeeded", "failed"]))).to.deep.equal(["a", "b", "c"]);
    expect(ids(await OpPipeline.findByStatus("failed", { step: "parse" }))).to.deep.equal(["c"]);
    expect(ids(await OpPipeline.findByStatus("failed", { step: "download" }))).to.deep.equal([]);
    expect(ids(await OpPipeline.findByStatus(16))).to.deep.equal(["b"]);
    const error = await thrownBy(InvalidOptionError, () => OpPipeline.findByStatus(16, { step: "parse" }));
    expect(error.option).to.equal("findByStatus.status");
  });

  it("is counted by step, zeros included", async () => {
    const none = { pending: 0, in_progress: 0, failed: 0, succeeded: 0, ignored: 0 };
    expect(await OpPipeline.countByStatus({ by: "step" })).to.deep.equal({
      download: { ...none, pending: 1, succeeded: 1 },
      parse: { ...none, failed: 1 },
      load: none,
    });
  });
});

describe("countByStatus", () => {
  const schema = useSchema("op_count");

  before(() => schema.connect([OpJob]));
  beforeEach(() => schema.sql("TRUNCATE op_job"));

  it("counts every kind, zeros included", async () => {
    const none = { pending: 0, in_progress: 0, failed: 0, succeeded: 0, ignored: 0 };
    expect(await OpJob.countByStatus()).to.deep.equal(none);
    await enqueueIn("failed", ["f1", "f2"]);
    await enqueueIn("pending", ["p1"]);
    const job = await OpJob.start("p1");
    expect(await OpJob.countByStatus({ by: "status" })).to.deep.equal({ ...none, failed: 2, in_progress: 1 });
    await job.succeed();
    expect(await OpJob.countByStatus({ by: "step" })).to.deep.equal({ default: { ...none, failed: 2, succeeded: 1 } });
  });

  it("counts by reason those whose last outcome was no success", async () => {
    await enqueueIn("exhausted", ["a", "b"]);
    await enqueueIn("ignored", ["c"]);
    await enqueueIn("cancelled", ["d"]);
    await enqueueIn("failed", ["e"]);
    await enqueueIn("succeeded", ["f"]);
    expect(await OpJob.countByStatus({ by: "reason" })).to.deep.equal({ exhausted: 2, ignored: 1, cancelled: 1, Error: 1 });
  });

  it("leaves out codes that the class no longer has", async () => {
    await OpJob.enqueue({ id: "a" });
    await schema.sql("UPDATE op_job SET status = 99");
    expect(Object.values(await OpJob.countByStatus())).to.deep.equal([0, 0, 0, 0, 0]);
  });

  it("refuses to count by anything else", async () => {
    const error = await thrownBy(InvalidOptionError, () => OpJob.countByStatus({ by: "steps" as "step" }));
    expect(error.message).to.contain('did you mean "step"?');
  });
});
