import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect } from "chai";
import { Entity } from "typeorm";
import {
  type HeartbeatFailed,
  type HeartbeatSent,
  JobEntity,
  JobError,
  JobLockLostError,
  type JobPolicy,
  JobRefusedError,
} from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { StatementLog } from "./statement-log.js";

@Entity()
class OpCrowd extends JobEntity {
  static override readonly policy: JobPolicy = { expire: "60s", heartbeat: 10, maxAttempts: 1000, backoff: { initial: 0 } };
}

const ids = Array.from({ length: 60 }, (_, n) => `job-${n}`);
const shuffled = <T>(items: readonly T[]) =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

describe("operators, heartbeats and outcomes at once on the same rows", () => {
  const schema = useSchema("op_deadlocks");
  const log = new StatementLog();
  const beats: (HeartbeatSent | HeartbeatFailed)[] = [];
  const listen = (event: unknown) => void beats.push(event as HeartbeatSent);

  before(async () => {
    await schema.connect([OpCrowd], { logger: log, logging: true, poolSize: 16 });
    subscribe("typeorm-jobs:heartbeat", listen);
  });
  after(() => unsubscribe("typeorm-jobs:heartbeat", listen));

  it("never deadlock, and nobody gets an error but refusals and lost locks", async () => {
    await OpCrowd.enqueue(ids.map((id) => ({ id })));
    let finished = 0;
    const attempt = async (id: string, round: number) => {
      try {
        await using job = await OpCrowd.tryStart(id);
        if (!job) return;
        job.updates.write((tx) => tx.query("SELECT 1"));
        await [() => job.succeed(), () => job.fail(new Error("no luck")), () => job.release()][(round + id.length) % 3]!();
        finished++;
      } catch (error) {
        const expected = error instanceof JobLockLostError || error instanceof JobRefusedError;
        if (!expected) throw error;
      }
    };
    const work = async () => {
      for (let round = 0; round < 6; round++)
        await Promise.all(
          shuffled(ids)
            .slice(0, 20)
            .map((id) => attempt(id, round)),
        );
    };
    let working = true;
    const operate = async (verb: () => Promise<unknown>) => {
      while (working) {
        await verb();
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const some = () => shuffled(ids).slice(0, 30);
    const operators = [
      () => OpCrowd.rerun({ status: ["failed", "ignored", "succeeded"], reason: ["cancelled", "Error", "exhausted"] }),
      () => OpCrowd.rerun({ status: "succeeded" }),
      () => OpCrowd.cancel({ keys: some() }),
      () => OpCrowd.rescue(),
      () => OpCrowd.schedule({ keys: some() }),
      () =>
        OpCrowd.enqueue(
          some().map((id) => ({ id })),
          { onConflict: "replace" },
        ),
      () => OpCrowd.purge({ status: "ignored", olderThan: 0, limit: 2 }),
      () => schema.sql("UPDATE op_crowd SET lock_until = now() WHERE id = $1 AND lock IS NOT NULL", [shuffled(ids)[0]]),
    ].map(operate);
    const all = Promise.all(operators);
    all.catch(() => {
      working = false;
    });
    await work().finally(() => {
      working = false;
    });
    await all;

    expect(finished).to.be.greaterThan(0);
    expect(log.errors.filter((error) => !(error instanceof JobError)).map(String)).to.deep.equal([]);
    expect(beats.filter(({ type }) => type === "failed")).to.deep.equal([]);
  });

  it("lose no lock to a heartbeat of many while rows are held one by one", async () => {
    await schema.sql("TRUNCATE op_crowd");
    await OpCrowd.enqueue(ids.map((id) => ({ id })));
    const jobs = await Promise.all(ids.map((id) => OpCrowd.start(id)));
    const holder = await schema.client();
    const from = beats.length;
    await holder.query("BEGIN");
    await holder.query("SELECT FROM op_crowd WHERE id IN ('job-7', 'job-8') FOR UPDATE");
    const skipped = () =>
      beats.slice(from).some((beat) => beat.type === "sent" && beat.held === 60 && beat.renewed === 58 && beat.lost === 0);
    await until(skipped, { what: "a heartbeat that skips the two" });
    await holder.query("COMMIT");
    for (const job of jobs) {
      expect(job.signal.aborted).to.equal(false);
      await job.succeed().catch((error: unknown) => expect(error).to.be.instanceOf(JobRefusedError));
    }
    expect(await OpCrowd.countByStatus()).to.include({ succeeded: 60 });
  });
});
