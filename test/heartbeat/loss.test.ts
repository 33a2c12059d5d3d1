import { getEventListeners } from "node:events";
import { expect } from "chai";
import { Entity } from "typeorm";
import { JobCancelledError, JobEntity, type JobEvents, JobLockLostError, type JobPolicy } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { aborted, beats, leaseOf, listen, rejection } from "./harness.js";

@Entity({ name: "loss_job" })
class LossJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: "60s", heartbeat: 50 };
}

@Entity({ name: "calm_job" })
class CalmJob extends JobEntity {}

describe("job.signal", () => {
  const schema = useSchema("loss");
  let heard: JobEvents["typeorm-jobs:heartbeat"][];

  before(() => schema.connect([LossJob, CalmJob]));

  beforeEach(() => {
    heard = listen("typeorm-jobs:heartbeat");
  });

  it("aborts with JobLockLostError when the lock column changed", async () => {
    const job = await started("changed");
    await schema.sql("UPDATE loss_job SET lock = gen_random_uuid() WHERE id = 'changed'");
    expect(await aborted(job.signal))
      .to.be.instanceOf(JobLockLostError)
      .and.include({ jobClass: "LossJob", key: "changed" });
    expect(await rejection(job.succeed())).to.be.instanceOf(JobLockLostError);
  });

  it("aborts with JobLockLostError when the job was taken over", async () => {
    const job = await started("over");
    const takeOver = async () => {
      await schema.sql("UPDATE loss_job SET lock_until = now() - interval '1 s' WHERE id = 'over'");
      return LossJob.tryStart("over"); // null where a heartbeat was faster
    };
    const successor = await until(takeOver, { what: "a take-over" });
    expect(await aborted(job.signal)).to.be.instanceOf(JobLockLostError);
    await beats(heard, 2);
    expect(successor?.signal.aborted).to.equal(false);
    await successor?.succeed();
  });

  it("aborts with JobLockLostError when the row is gone", async () => {
    const job = await started("gone");
    await schema.sql("DELETE FROM loss_job WHERE id = 'gone'");
    expect(await aborted(job.signal)).to.be.instanceOf(JobLockLostError);
  });

  it("aborts with JobCancelledError when an operator cancelled the job", async () => {
    const job = await started("cancelled");
    expect(await LossJob.cancel({ key: "cancelled" })).to.equal(1);
    expect(await aborted(job.signal))
      .to.be.instanceOf(JobCancelledError)
      .and.include({ jobClass: "LossJob", key: "cancelled" });
    expect(await rejection(job.succeed())).to.be.instanceOf(JobLockLostError);
    expect(await leaseOf(schema, "loss_job", "cancelled")).to.include({ status: 50, reason: "cancelled" });
  });

  it("aborts the one that was lost, and no other", async () => {
    const lost = await started("lost");
    const kept = await started("kept");
    await schema.sql("UPDATE loss_job SET lock = NULL WHERE id = 'lost'");
    await aborted(lost.signal);
    await beats(heard, 2);
    expect(kept.signal.aborted).to.equal(false);
    await kept.succeed();
  });

  it("is asked of a lost lock once: the next heartbeats leave it out", async () => {
    const lost = await started("once");
    const kept = await started("beside");
    await schema.sql("UPDATE loss_job SET lock = NULL WHERE id = 'once'");
    await aborted(lost.signal);
    heard.splice(0);
    await beats(heard, 3);
    for (const event of heard.filter(({ type }) => type === "sent")) expect(event).to.include({ held: 1, renewed: 1, lost: 0 });
    await kept.succeed();
  });

  it("aborts with the reason of the caller's signal, which loses its listener with the outcome", async () => {
    const caller = new AbortController();
    await CalmJob.enqueue({ id: "caller" });
    const job = await CalmJob.start("caller", { signal: caller.signal });
    expect(getEventListeners(caller.signal, "abort")).to.have.length(1);
    const reason = new Error("the user left");
    caller.abort(reason);
    expect(job.signal.reason).to.equal(reason);
    await job.release();
    const again = await CalmJob.start("caller", { signal: new AbortController().signal });
    expect(again.signal.aborted).to.equal(false);
    await again.succeed();
  });

  for (const outcome of ["succeed", "fail", "ignore", "release"] as const) {
    it(`leaves no listener on the caller's signal after ${outcome}`, async () => {
      const { signal } = new AbortController();
      await CalmJob.enqueue({ id: `after-${outcome}` });
      const job = await CalmJob.start(`after-${outcome}`, { signal });
      if (outcome === "fail") await job.fail(new Error("no"));
      else if (outcome === "ignore") await job.ignore("no");
      else await job[outcome]();
      expect(getEventListeners(signal, "abort")).to.deep.equal([]);
    });
  }

  it("leaves no listener after an outcome that was refused, either", async () => {
    const { signal } = new AbortController();
    const job = await started("refused", signal);
    await schema.sql("UPDATE loss_job SET lock = NULL WHERE id = 'refused'");
    expect(await rejection(job.succeed())).to.be.instanceOf(JobLockLostError);
    expect(getEventListeners(signal, "abort")).to.deep.equal([]);
  });

  it("starts nothing when the caller's signal is aborted already", async () => {
    await CalmJob.enqueue({ id: "too-late" });
    const reason = new Error("stopped before");
    expect(await rejection(CalmJob.start("too-late", { signal: AbortSignal.abort(reason) }))).to.equal(reason);
    expect(await CalmJob.findOneByOrFail({ id: "too-late" })).to.include({ kind: "pending", fence: 0, lock: null });
  });

  it("aborts a job whose caller's signal aborted while it was started", async () => {
    const caller = new AbortController();
    await CalmJob.enqueue({ id: "meanwhile" });
    const starting = CalmJob.start("meanwhile", { signal: caller.signal });
    caller.abort(new Error("in between"));
    const job = await starting;
    expect(job.signal.reason).to.have.property("message", "in between");
    await job.release();
    expect(getEventListeners(caller.signal, "abort")).to.deep.equal([]);
  });

  it("keeps its first reason, and the outcome decides all the same", async () => {
    const caller = new AbortController();
    const job = await started("first", caller.signal);
    caller.abort(new Error("first"));
    await LossJob.cancel({ key: "first" });
    await beats(heard, 1);
    expect(job.signal.reason).to.have.property("message", "first");
    expect(await rejection(job.succeed())).to.be.instanceOf(JobLockLostError);
  });

  async function started(id: string, signal?: AbortSignal) {
    await LossJob.enqueue({ id });
    return LossJob.start(id, signal ? { signal } : {});
  }
});
