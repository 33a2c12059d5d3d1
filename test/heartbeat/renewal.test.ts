import { expect } from "chai";
import { Entity, type Logger } from "typeorm";
import { JobEntity, JobLockedError, type JobPolicy, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { backends, beats, leaseOf, listen, rejection } from "./harness.js";

@Entity({ name: "short_job" })
class ShortJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: 300 };
}

@Entity({ name: "quick_job" })
class QuickJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: "60s", heartbeat: 50 };
}

@Entity({ name: "paced_job" })
class PacedJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: "60s", heartbeat: 200 };
}

@Entity({ name: "slow_job" })
class SlowJob extends JobEntity {}

/** Remembers the statements that were sent. */
class StatementLog implements Logger {
  readonly statements: string[] = [];
  logQuery(query: string): void {
    this.statements.push(query);
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

describe("the heartbeat", () => {
  const schema = useSchema("renewal");
  const log = new StatementLog();

  before(async () => {
    await schema.connect([ShortJob, QuickJob, PacedJob, SlowJob], { logger: log, applicationName: schema.name });
  });

  it("keeps a lock alive for several times expire, by itself", async () => {
    await ShortJob.enqueue({ id: "long" });
    await ShortJob.run("long", async (job) => {
      const alive = async () => (await leaseOf(schema, "short_job", "long")).length > 4 * 300;
      await until(alive, { what: "the lock to be renewed for four times expire", timeout: 20_000 });
      expect(await rejection(ShortJob.start("long"))).to.be.instanceOf(JobLockedError);
      expect(job.kind).to.equal("in_progress");
    });
    expect((await ShortJob.findOneByOrFail({ id: "long" })).kind).to.equal("succeeded");
  });

  it("sends every third of expire", async () => {
    const heard = listen("typeorm-jobs:heartbeat");
    await ShortJob.enqueue({ id: "third" });
    await PacedJob.enqueue({ id: "third" });
    const held = [await PacedJob.start("third"), await ShortJob.start("third")];
    const count = (jobClass: string) => heard.filter((event) => event.type === "sent" && event.jobClass === jobClass).length;
    await until(() => count("PacedJob") >= 6, { what: "six beats that are 200 ms apart", timeout: 20_000 });
    // Ideally 12. Measured by other beats, since how late they are is up to the machine.
    expect(count("ShortJob")).to.be.within(8, 14);
    await Promise.all(held.map((job) => job.succeed()));
  });

  it("sends as often as policy.heartbeat says, and renews for expire", async () => {
    const heard = listen("typeorm-jobs:heartbeat");
    await QuickJob.enqueue({ id: "policy" });
    await using job = await QuickJob.start("policy");
    await beats(heard, 3); // every third of 60 s would be a minute
    const { left } = await leaseOf(schema, "quick_job", "policy");
    expect(left).to.be.within(45_000, 60_000);
    await job.succeed();
  });

  it("goes by the expire of the call, both for the interval and for the lease", async () => {
    const heard = listen("typeorm-jobs:heartbeat");
    await SlowJob.enqueue([{ id: "short" }, { id: "long" }]);
    await using long = await SlowJob.start("long", { expire: "1h" });
    await using short = await SlowJob.start("short", { expire: "1.5s" });
    await beats(heard, 1); // the policy's would come after 20 s
    expect((await leaseOf(schema, "slow_job", "short")).left).to.be.at.most(1_500);
    expect((await leaseOf(schema, "slow_job", "long")).left).to.be.within(3_500_000, 3_600_000);
    await short.succeed();
    await long.succeed();
  });

  it("sends one statement per beat for a hundred held locks", async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `held-${index}`);
    await QuickJob.enqueue(ids.map((id) => ({ id })));
    const held = await Promise.all(ids.map((id) => QuickJob.start(id)));
    const heard = listen("typeorm-jobs:heartbeat");
    await until(() => heard.some((event) => event.type === "sent" && event.held === 100), { what: "a beat for all" });
    heard.splice(0);
    log.statements.splice(0);
    await beats(heard, 3);
    const sent = heard.filter(({ type }) => type === "sent");
    for (const event of sent) expect(event).to.include({ held: 100, renewed: 100, lost: 0 });
    // The next beat may be on its way.
    expect(log.statements.length).to.be.within(sent.length, heard.length + 1);
    expect(new Set(log.statements)).to.have.property("size", 1);
    await Promise.all(held.map((job) => job.succeed()));
    expect(await QuickJob.countBy({ status: 40 })).to.be.at.least(100);
  });

  it("holds one connection for all classes, and closes it when nothing is held any more", async () => {
    const source = await schema.connect([ShortJob, QuickJob], { applicationName: "one_for_all", poolSize: 1 });
    const [short, quick] = [jobs(ShortJob, source), jobs(QuickJob, source)];
    await short.enqueue({ id: "one" });
    await quick.enqueue({ id: "one" });
    const heard = listen("typeorm-jobs:heartbeat");
    const held = [await short.start("one"), await quick.start("one")];
    const both = () => ["ShortJob", "QuickJob"].every((name) => heard.filter(({ jobClass }) => jobClass === name).length > 3);
    await until(both, { what: "heartbeats of both classes" });
    expect(await backends(schema, "one_for_all")).to.have.length(2); // the pool's and the service connection
    await Promise.all(held.map((job) => job.succeed()));
    await until(async () => (await backends(schema, "one_for_all")).length === 1, { what: "the service connection to close" });
    await source.destroy();
  });

  it("goes out while the pool is full", async () => {
    const source = await schema.connect([QuickJob], { poolSize: 1 });
    const quick = jobs(QuickJob, source);
    await quick.enqueue({ id: "full" });
    const job = await quick.start("full");
    const runner = source.createQueryRunner();
    await runner.connect();
    const heard = listen("typeorm-jobs:heartbeat");
    await beats(heard, 3);
    await runner.release();
    await job.succeed();
    await source.destroy();
  });

  it("needs no connection of its own for jobs that end before their first beat", async () => {
    const source = await schema.connect([SlowJob], { applicationName: "no_beat", poolSize: 1 });
    await jobs(SlowJob, source).enqueue({ id: "fast" });
    await jobs(SlowJob, source).run("fast", async () => {
      expect(await backends(schema, "no_beat")).to.have.length(1);
    });
    await source.destroy();
  });
});
