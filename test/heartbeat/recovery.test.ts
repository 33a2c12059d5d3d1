import { expect } from "chai";
import { type DataSource, Entity } from "typeorm";
import { JobEntity, type JobEvents, JobLockExpiredError, type JobPolicy, type JobRepository, jobs } from "../../src/index.js";
import { openProxy, type TestProxy } from "../support/proxy.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { aborted, backends, beats, isBeat, isOpening, leaseOf, listen, rejection } from "./harness.js";

/** Beats often, so that the tests are fast, and expires late, so that a slow machine doesn't matter. */
@Entity({ name: "patient_job" })
class PatientJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: "60s", heartbeat: 50 };
}

@Entity({ name: "hasty_job" })
class HastyJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: 600 };
}

/** Beats late: what goes unanswered is given up only after trust has ended. */
@Entity({ name: "late_job" })
class LateJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: 1_000, heartbeat: 500 };
}

describe("the heartbeat, when its connection is lost,", () => {
  const schema = useSchema("recovery");
  let proxy: TestProxy;
  let dataSource: DataSource;
  let patient: JobRepository<PatientJob>;
  let hasty: JobRepository<HastyJob>;
  let heard: JobEvents["typeorm-jobs:heartbeat"][];

  beforeEach(async () => {
    proxy = await openProxy(process.env.DATABASE_URL!);
    dataSource = await schema.connect([PatientJob, HastyJob, LateJob], { url: proxy.url, applicationName: schema.name });
    [patient, hasty] = [jobs(PatientJob, dataSource), jobs(HastyJob, dataSource)];
    heard = listen("typeorm-jobs:heartbeat");
  });

  afterEach(async () => {
    proxy.intercept(null);
    await proxy.refuse(false);
    await dataSource.destroy();
    await proxy.close();
  });

  it("opens another after pg_terminate_backend", async () => {
    const job = await startHeld("terminated");
    for (let times = 0; times < 3; times++) {
      const victim = await serviceBackend();
      await schema.sql("SELECT pg_terminate_backend($1)", [victim]);
      await until(async () => (await serviceBackend()) !== victim, { what: "another service connection" });
      await beats(heard, 2);
    }
    expect(failures()).to.have.length.at.least(3);
    expect(job.signal.aborted).to.equal(false);
    await job.succeed();
  });

  it("opens another after the network cut it", async () => {
    const job = await startHeld("cut");
    proxy.cutAll();
    await until(() => failures().length > 0, { what: "a heartbeat that fails" });
    await beats(heard, 2);
    expect(job.signal.aborted).to.equal(false);
    await job.succeed();
  });

  it("tries until a server that refuses connections is back", async () => {
    const job = await startHeld("refused");
    const before = await leaseOf(schema, "patient_job", "refused");
    await proxy.refuse(true);
    proxy.cutAll();
    await until(() => failures().length >= 5, { what: "five heartbeats that fail" });
    await proxy.refuse(false);
    await beats(heard, 2);
    expect((await leaseOf(schema, "patient_job", "refused")).length).to.be.greaterThan(before.length);
    expect(job.signal.aborted).to.equal(false);
    await job.succeed();
  });

  it("gives up one that no longer answers, and opens another", async () => {
    const job = await startHeld("silent");
    const hanging = await connectionOfBeats();
    proxy.intercept(({ connection }) => (connection === hanging ? "swallow" : "pass"));
    await beats(heard, 2);
    expect(failures()[0]).to.have.nested.property("error.message").that.contains("no answer within");
    expect(job.signal.aborted).to.equal(false);
    await job.succeed();
  });

  it("gives up one that can't even be opened, long before connectionTimeout", async () => {
    const job = await startHeld("unopened");
    proxy.intercept((request) => (isBeat(request) || isOpening(request) ? "swallow" : "pass"));
    await until(() => failures().length >= 3, { what: "several tries", timeout: 10_000 }); // each would wait for 30 s
    proxy.intercept(null);
    await beats(heard, 2);
    await until(() => proxy.connections <= 3, { what: "the connections that were given up to close" });
    await job.succeed();
  });

  it("aborts the signal when trust ends, also while a beat waits for its answer", async () => {
    const attempts = listen("typeorm-jobs:attempt");
    await jobs(LateJob, dataSource).enqueue({ id: "away" });
    const job = await jobs(LateJob, dataSource).start("away");
    proxy.intercept(() => "swallow");
    // The beat after 500 ms is given up after 1,000 at the earliest; trust ends after 900.
    const failed = new Promise((resolve) => job.signal.addEventListener("abort", () => resolve(failures())));
    expect(await aborted(job.signal))
      .to.be.instanceOf(JobLockExpiredError)
      .and.include({ jobClass: "LateJob", key: "away" });
    expect(attempts.filter(({ type }) => type === "aborted")).to.have.length(1);
    expect(await failed).to.deep.equal([]);
    proxy.intercept(null);
    proxy.cutAll(); // the pool holds broken connections now: the outcome gets over them
    await job.succeed();
  });

  it("counts trust from before the start was sent: an answer that comes too late is worth nothing", async () => {
    await jobs(LateJob, dataSource).enqueue({ id: "slow-start" });
    const blocker = await schema.client();
    await blocker.query("BEGIN");
    await blocker.query("SELECT FROM late_job WHERE id = 'slow-start' FOR UPDATE");
    const since = performance.now();
    const starting = jobs(LateJob, dataSource).start("slow-start");
    await until(() => performance.now() > since + 1_000, { what: "longer than trust lasts" });
    await blocker.query("ROLLBACK");
    const job = await starting;
    const before = new Promise((resolve) => job.signal.addEventListener("abort", () => resolve([...heard])));
    expect(await aborted(job.signal)).to.be.instanceOf(JobLockExpiredError);
    expect(await before).to.deep.equal([]); // before the first beat could tell anything
    await job.succeed();
  });

  it("ends trust, but an outcome is still sent and succeeds when nobody took over", async () => {
    await hasty.enqueue({ id: "still-mine" });
    const job = await hasty.start("still-mine");
    await proxy.refuse(true);
    proxy.cutAll();
    expect(await aborted(job.signal)).to.be.instanceOf(JobLockExpiredError);
    await until(async () => (await left("still-mine")) < 0, { what: "the lock to expire" });
    await proxy.refuse(false);
    await job.succeed();
    expect((await leaseOf(schema, "hasty_job", "still-mine")).status).to.equal(40);
  });

  it("ends trust, and an outcome is refused when somebody took over", async () => {
    await hasty.enqueue({ id: "taken" });
    const job = await hasty.start("taken");
    await proxy.refuse(true);
    proxy.cutAll();
    expect(await aborted(job.signal)).to.be.instanceOf(JobLockExpiredError);
    const other = await schema.connect([HastyJob], { synchronize: false });
    const takeOver = () => jobs(HastyJob, other).tryStart("taken", { expire: "60s" });
    const successor = await until(takeOver, { what: "the lock to expire and be taken over" });
    await proxy.refuse(false);
    expect(await rejection(job.succeed())).to.have.property("code", "JOB_LOCK_LOST");
    await successor?.succeed();
    await other.destroy();
  });

  async function startHeld(id: string) {
    await patient.enqueue({ id });
    const job = await patient.start(id);
    await beats(heard, 1);
    return job;
  }

  function failures() {
    return heard.filter((event) => event.type === "failed");
  }

  async function left(id: string): Promise<number> {
    return (await leaseOf(schema, "hasty_job", id)).left;
  }

  async function serviceBackend(): Promise<number | undefined> {
    const rows = await schema.sql<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND query LIKE '%renewed%' AND pid = ANY($2)",
      [schema.name, await backends(schema, schema.name)],
    );
    return rows[0]?.pid;
  }

  async function connectionOfBeats(): Promise<number> {
    let found = 0;
    proxy.intercept((request) => {
      if (isBeat(request)) found = request.connection;
      return "pass";
    });
    await until(() => found > 0, { what: "a heartbeat to pass the proxy" });
    return found;
  }
});
