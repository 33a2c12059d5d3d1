import { expect } from "chai";
import { BaseEntity, type DataSource, Entity, PrimaryColumn } from "typeorm";
import {
  InvalidOptionError,
  JobEntity,
  type JobEvents,
  JobInTransactionError,
  JobLockLostError,
  JobMixin,
  type JobPolicy,
} from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { beats, leaseOf, listen, rejection } from "./harness.js";

@Entity({ name: "extend_job" })
class ExtendJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: "60s", heartbeat: 50 };
}

@Entity({ name: "rare_job" })
class RareJob extends JobEntity {}

@Entity({ name: "lazy_job" })
class LazyJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: 300, heartbeat: 299 };
}

@Entity({ name: "composite_job" })
class CompositeJob extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "int" }) tenant!: number;
  @PrimaryColumn({ type: "int" }) id!: number;
}

describe("job.extend", () => {
  const schema = useSchema("extend");
  let dataSource: DataSource;
  let heard: JobEvents["typeorm-jobs:heartbeat"][];

  before(async () => {
    dataSource = await schema.connect([ExtendJob, RareJob, LazyJob, CompositeJob]);
  });

  beforeEach(() => {
    heard = listen("typeorm-jobs:heartbeat");
  });

  it("renews the lock for expire, and shows it on the instance", async () => {
    const job = await start(RareJob, "renewed");
    await schema.sql("UPDATE rare_job SET lock_until = now() + interval '1 s' WHERE id = 'renewed'");
    await job.extend();
    expect((await leaseOf(schema, "rare_job", "renewed")).left).to.be.within(30_000, 60_000);
    expect(job.lockUntil?.getTime()).to.be.greaterThan(Date.now() - 86_400_000);
    expect(job.lockUntil).to.deep.equal((await RareJob.findOneByOrFail({ id: "renewed" })).lockUntil);
    await job.succeed();
  });

  it("goes by the expire of the call", async () => {
    const job = await start(RareJob, "call", { expire: "10m" });
    await schema.sql("UPDATE rare_job SET lock_until = now() + interval '1 s' WHERE id = 'call'");
    await job.extend();
    expect((await leaseOf(schema, "rare_job", "call")).left).to.be.within(570_000, 600_000);
    await job.succeed();
  });

  it("takes a longer time, which the next heartbeats leave alone", async () => {
    const job = await start(ExtendJob, "hour");
    await beats(heard, 1);
    await job.extend("1h");
    await beats(heard, 3);
    expect((await leaseOf(schema, "extend_job", "hour")).left).to.be.within(3_540_000, 3_600_000);
    expect(job.signal.aborted).to.equal(false);
    await job.succeed();
  });

  it("is not undone by a heartbeat that was on its way", async () => {
    const job = await start(ExtendJob, "crossing");
    await beats(heard, 1);
    // What the row looks like to a beat that was sent before the extend and arrives after it.
    await schema.sql("UPDATE extend_job SET lock_until = now() + interval '1 h' WHERE id = 'crossing'");
    await beats(heard, 3);
    expect((await leaseOf(schema, "extend_job", "crossing")).left).to.be.greaterThan(3_500_000);
    await job.succeed();
  });

  it("never shortens the lock", async () => {
    const job = await start(RareJob, "shorter");
    await job.extend("10m");
    await job.extend("100ms");
    await job.extend();
    expect((await leaseOf(schema, "rare_job", "shorter")).left).to.be.within(570_000, 600_000);
    await job.succeed();
  });

  it("never shortens the trust in it, either", async () => {
    await LazyJob.enqueue({ id: "trust" });
    const job = await LazyJob.start("trust");
    await job.extend("10m");
    await job.extend("100ms");
    await beats(heard, 1); // after 299 ms; what `start` gave would have ended before
    expect(job.signal.aborted).to.equal(false);
    await job.succeed();
  });

  it("revives a lock that has expired while nobody took it over", async () => {
    const job = await start(RareJob, "expired");
    await schema.sql("UPDATE rare_job SET lock_until = now() - interval '1 h' WHERE id = 'expired'");
    await job.extend();
    expect((await leaseOf(schema, "rare_job", "expired")).left).to.be.within(30_000, 60_000);
    await job.succeed();
  });

  it("throws JobLockLostError after a take-over, aborts the signal and changes nothing", async () => {
    const job = await start(RareJob, "lost");
    await schema.sql("UPDATE rare_job SET lock_until = now() - interval '1 h' WHERE id = 'lost'");
    const successor = await RareJob.start("lost", { expire: "10m" });
    const [before] = await schema.sql("SELECT * FROM rare_job WHERE id = 'lost'");
    const error = await rejection(job.extend("2h"));
    expect(error).to.be.instanceOf(JobLockLostError);
    expect(job.signal.reason).to.equal(error);
    expect(await schema.sql("SELECT * FROM rare_job WHERE id = 'lost'")).to.deep.equal([before]);
    await successor.succeed();
  });

  it("throws JobLockLostError after the outcome", async () => {
    const job = await start(RareJob, "over");
    await job.succeed();
    expect(await rejection(job.extend())).to.be.instanceOf(JobLockLostError);
  });

  it("is refused inside a write, whose transaction holds the row", async () => {
    const job = await start(RareJob, "writing");
    let refused: Error | undefined;
    job.updates.write(async () => {
      refused = await rejection(job.extend());
    });
    await job.succeed();
    expect(refused).to.be.instanceOf(JobInTransactionError).and.include({ asked: "extend" });
  });

  it("is refused inside a transaction that the caller made ambient", async () => {
    const job = await start(RareJob, "ambient");
    const runner = dataSource.createQueryRunner();
    const { manager } = dataSource;
    await runner.startTransaction();
    Object.assign(dataSource, { manager: runner.manager });
    try {
      expect(await rejection(job.extend())).to.be.instanceOf(JobInTransactionError);
    } finally {
      Object.assign(dataSource, { manager });
      await runner.rollbackTransaction();
      await runner.release();
    }
    await job.succeed();
  });

  it("refuses what is no duration, and less than 100 ms", async () => {
    const job = await start(RareJob, "bad");
    for (const bad of ["soon", 99, Number.NaN, -1, "30d"]) {
      expect(await rejection(job.extend(bad)), String(bad))
        .to.be.instanceOf(InvalidOptionError)
        .and.include({ option: "extend" });
    }
    await job.succeed();
  });

  it("knows a job of a composite key", async () => {
    await CompositeJob.enqueue({ tenant: 1, id: 2 });
    const job = await CompositeJob.start({ tenant: 1, id: 2 });
    await job.extend("1h");
    const [row] = await schema.sql<{ left: number }>(
      "SELECT extract(epoch FROM lock_until - now())::int AS left FROM composite_job WHERE tenant = 1 AND id = 2",
    );
    expect(row?.left).to.be.within(3_500, 3_600);
    await job.succeed();
  });

  it("keeps the signal from aborting where the heartbeat alone would be too late", async () => {
    const job = await start(ExtendJob, "blocked", { expire: 300 });
    await job.extend("1h");
    const end = performance.now() + 600; // blocks the event loop for twice expire
    while (performance.now() < end);
    await beats(heard, 2);
    expect(job.signal.aborted).to.equal(false);
    await until(() => job.kind === "in_progress", { what: "the job to stand as it was" });
    await job.succeed();
  });

  async function start(target: typeof ExtendJob | typeof RareJob, id: string, options = {}) {
    await target.enqueue({ id });
    return target.start(id, options);
  }
});
