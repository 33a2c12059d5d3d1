import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect } from "chai";
import { Entity } from "typeorm";
import { JobEntity, JobLockLostError, type JobPolicy } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpJob, OpPipeline } from "./jobs.js";
import { byKind, expireLocks } from "./rows.js";
import { thrownBy } from "./thrown-by.js";

@Entity()
class OpPatient extends JobEntity {
  static override readonly policy: JobPolicy = {
    maxAttempts: 2,
    backoff: { initial: "10m", factor: 3, jitter: 0 },
    maxErrors: 1,
  };
}

describe("rescue", () => {
  const schema = useSchema("op_rescue");

  before(() => schema.connect([OpJob, OpPatient, OpPipeline]));
  beforeEach(() => schema.sql("TRUNCATE op_job, op_patient, op_pipeline"));

  it("ends expired attempts as failed, due after the backoff, with a record; live locks stay untouched", async () => {
    await OpJob.enqueue([{ id: "lost" }, { id: "live" }, { id: "waiting" }]);
    const lost = await OpJob.start("lost");
    const live = await OpJob.start("live");
    await expireLocks(schema, ["lost"]);
    const before = await OpJob.findOneByOrFail({ id: "live" });
    expect(await OpJob.rescue()).to.equal(1);
    const row = await OpJob.findOneByOrFail({ id: "lost" });
    expect(row).to.include({
      kind: "failed",
      reason: "lock_expired",
      retry: 1,
      fence: 1,
      lock: null,
      lockUntil: null,
      lockBy: null,
    });
    expect(row.finishedAt).to.equal(null);
    expect(row.lockAt).to.deep.equal(lost.lockAt);
    expect(row.errors).to.have.length(1);
    expect(row.errors[0]).to.deep.include({ fence: 1, attempt: 1, by: lost.lockBy, code: "lock_expired", traceback: "" });
    expect(row.errors[0]!.error).to.match(/^JobLockExpiredError: /);
    expect(await OpJob.findOneByOrFail({ id: "live" })).to.deep.equal(before);
    await thrownBy(JobLockLostError, () => lost.succeed());
    await live.succeed();
    expect(await byKind()).to.deep.equal({ succeeded: ["live"], failed: ["lost"], pending: ["waiting"] });
    expect(await OpJob.rescue()).to.equal(0);
  });

  it("obeys the policy: backoff by failures so far, then ignored as exhausted", async () => {
    await OpPatient.enqueue({ id: "a" });
    const lose = async () => {
      await OpPatient.start("a", { maxAttempts: 100 });
      await expireLocks(schema, ["a"], "op_patient");
      expect(await OpPatient.rescue()).to.equal(1);
      return OpPatient.findOneByOrFail({ id: "a" });
    };
    expect(await lose()).to.include({ kind: "failed", retry: 1 });
    const [wait] = await schema.sql("SELECT round(extract(epoch FROM run_at - updated_at))::int AS seconds FROM op_patient");
    expect(wait).to.deep.equal({ seconds: 600 });
    const ended = await lose();
    expect(ended).to.include({ kind: "ignored", reason: "exhausted", retry: 2, runAt: null, fence: 2 });
    expect(ended.finishedAt).to.be.instanceOf(Date);
    expect(ended.errors.map(({ fence }) => fence)).to.deep.equal([2]);
  });

  it("leaves each job in its own step", async () => {
    await OpPipeline.enqueue([{ id: "a" }, { id: "b" }]);
    await OpPipeline.run("b", () => undefined);
    for (const id of ["a", "b"]) await OpPipeline.start(id);
    await expireLocks(schema, ["a", "b"], "op_pipeline");
    expect(await OpPipeline.rescue()).to.equal(2);
    expect((await OpPipeline.find({ order: { id: "ASC" } })).map(({ status }) => status)).to.deep.equal([14, 24]);
  });

  it("tells how many it rescued by an event, and nothing when there were none", async () => {
    const events: unknown[] = [];
    const listen = (event: unknown) => void events.push(event);
    subscribe("typeorm-jobs:rescue", listen);
    try {
      await OpJob.enqueue({ id: "a" });
      await OpJob.start("a");
      await OpJob.rescue();
      await expireLocks(schema, ["a"]);
      await OpJob.rescue();
    } finally {
      unsubscribe("typeorm-jobs:rescue", listen);
    }
    expect(events).to.deep.equal([{ jobClass: "OpJob", count: 1 }]);
  });

  it("counts each lost attempt once, however many sweeps run at the same time", async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `${n}`);
    await OpJob.enqueue(ids.map((id) => ({ id })));
    await schema.sql("UPDATE op_job SET status = 20, lock = gen_random_uuid(), fence = 1, lock_until = now() - interval '1 s'");
    const counts = await Promise.all(Array.from({ length: 8 }, () => OpJob.rescue()));
    expect(counts.reduce((sum, count) => sum + count)).to.equal(100);
    expect((await OpJob.find()).every(({ retry, errors }) => retry === 1 && errors.length === 1)).to.equal(true);
  });
});
