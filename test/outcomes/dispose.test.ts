import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect } from "chai";
import { type JobEvents, JobStatus, jobs } from "../../src/index.js";
import { startProcess } from "../support/processes.js";
import { openProxy } from "../support/proxy.js";
import { until } from "../support/until.js";
import { OutcomeJob } from "./outcome-job.js";
import { useJobs } from "./use-jobs.js";

describe("leaving a block without an outcome", () => {
  const test = useJobs("dispose");

  it("fails the attempt: reason abandoned, the stack of the start() call, the updates dropped", async () => {
    const id = await test.pending();
    {
      await using job = await startedHere(id);
      job.updates.set("rows", 1);
    }
    const row = await test.row(id);
    expect(row).to.include({ status: JobStatus.Failed, reason: "abandoned", retry: 1, rows: null, lock: null });
    expect(row.errors).to.have.length(1);
    expect(row.errors[0]).to.include({ code: "abandoned" });
    expect(row.errors[0]!.error).to.match(/^JobAbandonedError: /);
    expect(row.errors[0]!.traceback).to.match(/\n {4}at .*startedHere/);
  });

  it("does so for the statics and tryStart too", async () => {
    for (const start of [(id: string) => OutcomeJob.start(id), (id: string) => OutcomeJob.tryStart(id)]) {
      const id = await test.pending();
      {
        await using _job = await start(id);
      }
      const row = await test.row(id);
      expect(row.reason).to.equal("abandoned");
      expect(row.errors[0]!.traceback).to.include("dispose.test");
    }
  });

  it("lets the error through that the block was left with", async () => {
    const id = await test.pending();
    const thrown = new Error("boom");
    const block = async () => {
      await using _job = await test.jobs.start(id);
      throw thrown;
    };
    expect(await block().catch((error: unknown) => error)).to.equal(thrown);
    expect(await test.row(id)).to.include({ status: JobStatus.Failed, reason: "abandoned" });
  });

  it("with a success that was refused before any statement: that is the cause", async () => {
    const id = await test.pending();
    const block = async () => {
      await using job = await test.jobs.start(id);
      (job as { rows: number | null }).rows = 1;
      await job.succeed();
    };
    expect(await block().catch((error: unknown) => error)).to.have.property("code", "JOB_UNSAVED_CHANGE");
    const row = await test.row(id);
    expect(row.reason).to.equal("abandoned");
    expect(row.errors[0]!.cause).to.match(/^JobUnsavedChangeError: /);
    expect(row.errors[0]!.traceback).to.include("Caused by: JobUnsavedChangeError");
  });

  it("does nothing after an outcome, and waits for one that is on its way", async () => {
    const id = await test.pending();
    {
      await using job = await test.jobs.start(id);
      await job.succeed();
      test.log.take();
    }
    expect(test.log.take()).to.deep.equal([]);
    const other = await test.pending();
    {
      await using job = await test.jobs.start(other);
      void job.succeed();
    }
    expect((await test.row(other)).status).to.equal(JobStatus.Succeeded);
  });

  it("does not throw when the lock is lost, nor change what others wrote, nor warn: they have ended the attempt", async () => {
    const id = await test.pending();
    const warnings: Error[] = [];
    const listen = (warning: Error) => void warnings.push(warning);
    process.on("warning", listen);
    {
      await using _job = await test.jobs.start(id);
      await test.jobs.cancel({ key: id });
    }
    await new Promise((resolve) => setImmediate(resolve)); // warnings come in the next turn
    process.off("warning", listen);
    expect(warnings).to.deep.equal([]);
    expect(await test.row(id)).to.include({ status: JobStatus.Ignored, reason: "cancelled" });
  });

  it("takes null, as tryStart gives it", async () => {
    const id = await test.pending();
    await using held = await test.jobs.start(id);
    {
      await using none = await test.jobs.tryStart(id);
      expect(none).to.equal(null);
    }
    await held.succeed();
  });

  it("with the database away: never throws, is bounded by the lease, and what could not be written is an event", async () => {
    await using proxy = await openProxy(process.env.DATABASE_URL!);
    const away = await test.through({ url: proxy.url });
    const id = await test.pending();
    const events: JobEvents["typeorm-jobs:attempt"][] = [];
    const listen = (message: unknown) => void events.push(message as JobEvents["typeorm-jobs:attempt"]);
    subscribe("typeorm-jobs:attempt", listen);
    try {
      const job = await away.jobs.start(id, { expire: 400 });
      await proxy.refuse(true);
      proxy.cutAll();
      await job[Symbol.asyncDispose](); // the test's own time limit bounds it: trying on takes 30 s
      expect((await test.row(id)).status).to.equal(JobStatus.InProgress);
      await test.schema.sql("UPDATE outcome_job SET lock_until = now() - interval '1 second' WHERE id = $1", [id]);
      expect(await test.jobs.rescue()).to.equal(1);
      await proxy.refuse(false);
      const unsettled = await until(() => events.find(({ type }) => type === "unsettled"), { what: "the event" });
      expect(unsettled).to.include({ outcome: "fail", key: id, fence: 1 });
    } finally {
      unsubscribe("typeorm-jobs:attempt", listen);
    }
    expect(await test.row(id)).to.include({ status: JobStatus.Failed, reason: "lock_expired", retry: 1 });
  });

  it("with the database away and nobody listening: a process warning that names the job", async () => {
    await using proxy = await openProxy(process.env.DATABASE_URL!);
    const id = await test.pending();
    const child = startProcess(new URL("./abandoning-process.js", import.meta.url), {
      url: proxy.url,
      schema: test.schema.name,
      id,
    });
    await child.message("started");
    await proxy.refuse(true);
    proxy.cutAll();
    await child.send({ type: "leave" });
    const { warning } = await child.message<{ type: string; warning: string }>("warning");
    expect(warning).to.match(new RegExp(`^TypeormJobsWarning: OutcomeJob "${id}" was left without an outcome`));
  });

  async function startedHere(id: string) {
    return jobs(OutcomeJob, test.source).start(id);
  }
});
