import { expect } from "chai";
import { startProcess } from "../support/processes.js";
import type { AmbientReport } from "./ambient-process.js";
import { useJobs } from "./use-jobs.js";

// In a process of its own: typeorm-transactional patches TypeORM for all who use it.
describe("with typeorm-transactional active", () => {
  const test = useJobs("ambient");
  let report: AmbientReport;

  before(async () => {
    const script = new URL("./ambient-process.js", import.meta.url);
    const child = startProcess(script, { url: process.env.DATABASE_URL, schema: test.schema.name });
    report = await child.message<AmbientReport>("report");
  });

  it("enqueue joins the ambient transaction and rolls back with it", () => {
    expect(report.rolledBack).to.equal(0);
  });

  it("enqueue, cancel, rerun, schedule, rescue, purge and queries see and change what the transaction holds", () => {
    expect(report).to.include({ counted: 1, found: 1, committed: 2 });
  });

  it("starts and outcomes are refused inside it, and say what was asked", () => {
    expect(report.refused).to.deep.equal({
      start: "JOB_IN_TRANSACTION start",
      tryStart: "JOB_IN_TRANSACTION start",
      run: "JOB_IN_TRANSACTION start",
      tryRun: "JOB_IN_TRANSACTION start",
      extend: "JOB_IN_TRANSACTION extend",
      succeed: "JOB_IN_TRANSACTION succeed",
      fail: "JOB_IN_TRANSACTION fail",
      ignore: "JOB_IN_TRANSACTION ignore",
      release: "JOB_IN_TRANSACTION release",
    });
    expect(report.afterRefusals).to.equal("kept-1");
  });

  it("an outcome refused inside it can be asked for outside, and its writes commit with it", async () => {
    expect(report.succeeded).to.equal(1);
    expect(await test.invoices("ambient")).to.equal(1);
    expect((await test.row("kept-child")).status).to.equal(10);
  });
});
