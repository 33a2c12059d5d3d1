import { expect } from "chai";
import { InvalidOptionError, JobStatus, type PurgeOptions } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpInvoice, OpJob, OpPipeline } from "./jobs.js";
import { age, byKind, enqueueIn } from "./rows.js";
import { StatementLog } from "./statement-log.js";
import { thrownBy } from "./thrown-by.js";

describe("purge", () => {
  const schema = useSchema("op_purge");
  const log = new StatementLog();

  before(() => schema.connect([OpJob, OpPipeline, OpInvoice], { logger: log, logging: true }));
  beforeEach(() => schema.sql("TRUNCATE op_job, op_pipeline, op_invoice"));

  it("deletes the kinds named that are older, and answers how many", async () => {
    await enqueueIn("succeeded", ["s1", "s2"]);
    await enqueueIn("exhausted", ["x"]);
    await enqueueIn("failed", ["f"]);
    await enqueueIn("pending", ["p"]);
    await age(schema, ["s1", "x"], "31 days");
    expect(await OpJob.purge({ status: ["succeeded", "ignored", "failed"], olderThan: "30d" })).to.equal(2);
    expect(await byKind()).to.deep.equal({ succeeded: ["s2"], failed: ["f"], pending: ["p"] });
    expect(await OpJob.purge({ status: JobStatus.Succeeded, olderThan: 0 })).to.equal(1);
    expect(await OpJob.purge({ status: "failed", olderThan: 0 })).to.equal(1);
    expect(await byKind()).to.deep.equal({ pending: ["p"] });
  });

  it("refuses pending and running jobs, and to guess the status or the age", async () => {
    await enqueueIn("pending", ["p"]);
    const wrong: object[] = [
      { status: "pending", olderThan: 0 },
      { status: ["succeeded", "in_progress"], olderThan: 0 },
      { status: JobStatus.Pending, olderThan: 0 },
      { olderThan: 0 },
      { status: "succeeded" },
      { status: [], olderThan: 0 },
      { status: "succeeded", olderThan: "old" },
      { status: "succeeded", olderThan: 0, limit: -1 },
      { status: "succeeded", olderThan: 0, limit: 1.5 },
      { status: "succeeded", olderThan: 0, limt: 1 },
    ];
    for (const options of wrong) await thrownBy(InvalidOptionError, () => OpJob.purge(options as PurgeOptions));
    expect(await OpJob.count()).to.equal(1);
  });

  it("never deletes a row with a lock, expired or not, whatever its status says", async () => {
    await enqueueIn("succeeded", ["live", "lost", "free"]);
    await schema.sql("UPDATE op_job SET lock = gen_random_uuid(), lock_until = now() + interval '1 h' WHERE id = 'live'");
    await schema.sql("UPDATE op_job SET lock = gen_random_uuid(), lock_until = now() - interval '1 h' WHERE id = 'lost'");
    expect(await OpJob.purge({ status: "succeeded", olderThan: 0 })).to.equal(1);
    expect(await byKind()).to.deep.equal({ succeeded: ["live", "lost"] });
  });

  it("deletes at most limit rows in all", async () => {
    await OpJob.enqueue(Array.from({ length: 20 }, (_, n) => ({ id: `${n}` })));
    await schema.sql("UPDATE op_job SET status = 40, run_at = NULL");
    let left = 20;
    for (const limit of [0, 7, 1, 100]) {
      const deleted = Math.min(limit, left);
      expect(await OpJob.purge({ status: "succeeded", olderThan: 0, limit })).to.equal(deleted);
      left -= deleted;
      expect(await OpJob.count()).to.equal(left);
    }
  });

  it("works in chunks that each commit by themselves", async () => {
    await schema.sql(
      "INSERT INTO op_job (id, status, updated_at) SELECT n, 40, now() - interval '1 d' FROM generate_series(1, 3000) AS n",
    );
    const statements = await log.during(async () => {
      expect(await OpJob.purge({ status: "succeeded", olderThan: "1h" })).to.equal(3000);
    });
    expect(statements).to.have.length(3);
    expect(await OpJob.count()).to.equal(0);
  });

  it("deletes rows with composite keys, and only those", async () => {
    await OpInvoice.enqueue([
      { tenant: "a", no: 1 },
      { tenant: "a", no: 2 },
      { tenant: "b", no: 1 },
    ]);
    await OpInvoice.run({ tenant: "a", no: 1 }, () => undefined);
    expect(await OpInvoice.purge({ status: "succeeded", olderThan: 0 })).to.equal(1);
    expect(await OpInvoice.count()).to.equal(2);
  });

  it("means by succeeded what is finished: a job between two steps goes only when its code is named", async () => {
    await OpPipeline.enqueue([{ id: "between" }, { id: "done" }]);
    for (const id of ["between", "done"]) await OpPipeline.run(id, () => undefined, { step: "download" });
    for (const step of ["parse", "load"]) await OpPipeline.run("done", () => undefined, { step });
    expect(await OpPipeline.purge({ status: "succeeded", olderThan: 0 })).to.equal(1);
    expect((await OpPipeline.find()).map(({ id }) => id)).to.deep.equal(["between"]);
    expect(await OpPipeline.purge({ status: ["succeeded", 16], olderThan: 0 })).to.equal(1);
  });
});
