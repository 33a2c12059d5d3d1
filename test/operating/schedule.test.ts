import { expect } from "chai";
import { InvalidOptionError } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpJob, OpPipeline } from "./jobs.js";
import { enqueueIn, fails } from "./rows.js";
import { thrownBy } from "./thrown-by.js";

describe("schedule", () => {
  const schema = useSchema("op_schedule");

  before(() => schema.connect([OpJob, OpPipeline]));
  beforeEach(() => schema.sql("TRUNCATE op_job, op_pipeline"));

  const due = async (table: string) => {
    const rows = await schema.sql<{ id: string }>(`SELECT id FROM ${table} WHERE run_at <= clock_timestamp() ORDER BY id`);
    return rows.map(({ id }) => id);
  };

  it("makes rows due that were inserted otherwise, and counts each once", async () => {
    await schema.sql("INSERT INTO op_job (id) SELECT n FROM generate_series(1, 5) AS n");
    expect(await due("op_job")).to.deep.equal([]);
    expect(await OpJob.schedule({ keys: ["1", "2"] })).to.equal(2);
    expect(await due("op_job")).to.deep.equal(["1", "2"]);
    expect(await OpJob.schedule({ all: true })).to.equal(5);
    expect(await due("op_job")).to.have.length(5);
  });

  it("makes them due after a delay by the database's clock", async () => {
    await OpJob.enqueue([{ id: "a" }, { id: "b" }]);
    expect(await OpJob.schedule({ all: true }, { delay: "2h" })).to.equal(2);
    const [row] = await schema.sql("SELECT min(run_at - updated_at) BETWEEN '119 min' AND '121 min' AS later FROM op_job");
    expect(row).to.deep.equal({ later: true });
    await thrownBy(InvalidOptionError, () => OpJob.schedule({ all: true }, { delay: "later" }));
  });

  it("cuts a backoff short, and changes nothing else", async () => {
    await OpJob.enqueue({ id: "a" });
    await OpJob.run("a", fails, { skipError: true });
    const { updatedAt: _, runAt: __, ...before } = await OpJob.findOneByOrFail({ id: "a" });
    await schema.sql("UPDATE op_job SET run_at = now() + interval '1 d'");
    expect(await OpJob.schedule({ status: "failed" })).to.equal(1);
    expect(await due("op_job")).to.deep.equal(["a"]);
    expect(await OpJob.findOneByOrFail({ id: "a" })).to.deep.include(before);
  });

  it("leaves running and finished jobs alone", async () => {
    await enqueueIn("succeeded", ["s"]);
    await enqueueIn("cancelled", ["c"]);
    await enqueueIn("pending", ["r"]);
    const job = await OpJob.start("r");
    expect(await OpJob.schedule({ all: true })).to.equal(0);
    expect(await OpJob.schedule({ status: ["succeeded", "ignored", "in_progress"] })).to.equal(0);
    expect(await due("op_job")).to.deep.equal([]);
    await job.succeed();
  });

  it("makes a job due for its next step", async () => {
    await OpPipeline.enqueue({ id: "a" });
    await OpPipeline.run("a", () => undefined);
    await schema.sql("UPDATE op_pipeline SET run_at = NULL");
    expect(await OpPipeline.schedule({ all: true })).to.equal(1);
    expect(await due("op_pipeline")).to.deep.equal(["a"]);
  });
});
