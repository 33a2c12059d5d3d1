import { expect } from "chai";
import { Entity } from "typeorm";
import { observed, publish } from "../../src/event/job-events.js";
import { defineSteps, IgnoreJobError, JobEntity, JobLockLostError, type JobPolicy, ReleaseJobError } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { listen, rejection } from "./harness.js";

@Entity({ name: "event_job" })
class EventJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: "60s", heartbeat: 50 };
}

@Entity({ name: "step_job" })
class StepJob extends JobEntity {
  static override readonly steps = defineSteps({ load: 10, parse: 20 });
}

describe("events", () => {
  const schema = useSchema("events");

  before(() => schema.connect([EventJob, StepJob]));

  it("tell an attempt from start to success", async () => {
    const heard = listen("typeorm-jobs:attempt");
    await EventJob.enqueue({ id: "good" });
    const lockUntil = await EventJob.run("good", async (job) => job.lockUntil);
    const about = { jobClass: "EventJob", key: "good", step: undefined, debug: false };
    const duration = heard[2]?.type === "outcome" ? heard[2].duration : -1;
    expect(duration).to.be.within(0, 60_000);
    expect(heard).to.deep.equal([
      { type: "starting", ...about },
      { type: "locked", ...about, fence: 1, attempt: 1, lockUntil },
      {
        ...{ type: "outcome", ...about, outcome: "succeed", fence: 1, attempt: 1, status: 40, kind: "succeeded" },
        ...{ reason: null, duration, error: undefined },
      },
    ]);
  });

  it("tell each way an attempt can end", async () => {
    await EventJob.enqueue([{ id: "fail" }, { id: "ignore" }, { id: "release" }]);
    const heard = listen("typeorm-jobs:attempt");
    const thrown = new TypeError("boom");
    await EventJob.run("fail", () => Promise.reject(thrown), { skipError: true });
    await EventJob.run("ignore", () => Promise.reject(new IgnoreJobError("no use")));
    await EventJob.run("release", () => Promise.reject(new ReleaseJobError({ reason: "later" })));
    const outcomes = heard.flatMap((event) => {
      if (event.type !== "outcome") return [];
      const { outcome, key, status, kind, reason, error, fence, attempt } = event;
      return [{ outcome, key, status, kind, reason, error, fence, attempt }];
    });
    const first = { fence: 1, attempt: 1 };
    expect(outcomes).to.deep.equal([
      { outcome: "fail", key: "fail", status: 30, kind: "failed", reason: "TypeError", error: thrown, ...first },
      { outcome: "ignore", key: "ignore", status: 50, kind: "ignored", reason: "ignored", error: "no use", ...first },
      { outcome: "release", key: "release", status: 10, kind: "pending", reason: "later", error: undefined, ...first },
    ]);
  });

  it("count attempts and fences, and say when no attempts are left", async () => {
    await EventJob.enqueue({ id: "thrice" });
    const heard = listen("typeorm-jobs:attempt");
    for (let times = 0; times < 3; times++) {
      await EventJob.run("thrice", () => Promise.reject(new Error("again")), { skipError: true });
    }
    const outcomes = heard.flatMap((event) =>
      event.type === "outcome" ? [[event.attempt, event.fence, event.kind, event.reason]] : [],
    );
    expect(outcomes).to.deep.equal([
      [1, 1, "failed", "Error"],
      [2, 2, "failed", "Error"],
      [3, 3, "ignored", "exhausted"],
    ]);
  });

  it("tell why a start was refused", async () => {
    const heard = listen("typeorm-jobs:attempt");
    const error = await rejection(EventJob.start("missing"));
    const about = { jobClass: "EventJob", key: "missing", step: undefined, debug: false };
    expect(heard).to.deep.equal([
      { type: "starting", ...about },
      { type: "refused", ...about, error },
    ]);
  });

  it("name the step, asked for or found", async () => {
    await StepJob.enqueue({ id: "steps" });
    const heard = listen("typeorm-jobs:attempt");
    await StepJob.run("steps", async () => {});
    await StepJob.run("steps", async () => {}, { step: "parse" });
    expect(heard.map(({ type, step }) => `${type} ${step}`)).to.deep.equal([
      ...["starting undefined", "locked load", "outcome load"],
      ...["starting parse", "locked parse", "outcome parse"],
    ]);
  });

  it("tell of an outcome that could not be written", async () => {
    await EventJob.enqueue({ id: "unsettled" });
    const job = await EventJob.start("unsettled");
    await schema.sql("UPDATE event_job SET lock = NULL WHERE id = 'unsettled'");
    const heard = listen("typeorm-jobs:attempt");
    const error = await rejection(job.succeed());
    expect(error).to.be.instanceOf(JobLockLostError);
    expect(heard.filter(({ type }) => type !== "aborted")).to.deep.equal([
      {
        ...{ type: "unsettled", jobClass: "EventJob", key: "unsettled", step: undefined, debug: false },
        ...{ outcome: "succeed", fence: 1, error },
      },
    ]);
  });

  it("tell of a success that the database refused as the failure that was recorded, and of nothing else", async () => {
    await EventJob.enqueue({ id: "rolled-back" });
    const job = await EventJob.start("rolled-back");
    job.updates.write((tx) => tx.query("SELECT 1 / 0"));
    const heard = listen("typeorm-jobs:attempt");
    const error = await rejection(job.succeed());
    expect(heard).to.have.length(1);
    expect(heard[0]).to.include({ type: "outcome", outcome: "fail", kind: "failed", error });
  });

  it("tell that the signal was aborted, and why; not once the outcome was asked for", async () => {
    const caller = new AbortController();
    await EventJob.enqueue({ id: "aborted" });
    const job = await EventJob.start("aborted", { signal: caller.signal });
    const heard = listen("typeorm-jobs:attempt");
    caller.abort("enough");
    caller.abort("more than enough");
    await job.succeed();
    expect(heard[0]).to.deep.equal({
      ...{ type: "aborted", jobClass: "EventJob", key: "aborted", step: undefined, debug: false },
      ...{ fence: 1, reason: "enough" },
    });
    expect(heard.map(({ type }) => type)).to.deep.equal(["aborted", "outcome"]);
  });

  it("tell of each heartbeat: how many locks it held, renewed and lost", async () => {
    await EventJob.enqueue([{ id: "beat-1" }, { id: "beat-2" }]);
    const [first, second] = [await EventJob.start("beat-1"), await EventJob.start("beat-2")];
    const heard = listen("typeorm-jobs:heartbeat");
    const sent = () => heard.filter(({ type }) => type === "sent");
    // One that was on its way when this began still tells of the job before.
    await until(() => sent().some(({ held }) => held === 2), { what: "a heartbeat for both" });
    expect(sent().find(({ held }) => held === 2)).to.deep.equal({
      ...{ type: "sent", jobClass: "EventJob", held: 2, renewed: 2, lost: 0 },
    });
    await schema.sql("UPDATE event_job SET lock = NULL WHERE id = 'beat-1'");
    await until(() => first.signal.aborted, { what: "the loss to be found" });
    const loss = sent().filter((event) => event.type === "sent" && event.lost > 0);
    expect(loss).to.deep.equal([{ type: "sent", jobClass: "EventJob", held: 2, renewed: 1, lost: 1 }]);
    await second.succeed();
  });

  it("tell of a heartbeat that failed, with the error", async () => {
    await EventJob.enqueue({ id: "failing" });
    const job = await EventJob.start("failing");
    const heard = listen("typeorm-jobs:heartbeat");
    await schema.sql("ALTER TABLE event_job RENAME COLUMN lock_until TO mislaid");
    await until(() => heard.some(({ type }) => type === "failed"), { what: "a heartbeat that fails" });
    await schema.sql("ALTER TABLE event_job RENAME COLUMN mislaid TO lock_until");
    const failed = heard.find((event) => event.type === "failed");
    expect(failed).to.include({ jobClass: "EventJob", held: 1 });
    expect(failed).to.have.nested.property("error.message").that.contains("lock_until");
    heard.splice(0);
    await until(() => heard.some(({ type }) => type === "sent"), { what: "a heartbeat that succeeds again" });
    await job.succeed();
  });

  it("tell how many lost attempts were rescued, and nothing when there were none", async () => {
    const heard = listen("typeorm-jobs:rescue");
    await EventJob.rescue();
    expect(heard).to.deep.equal([]);
    await StepJob.enqueue([{ id: "lost-1" }, { id: "lost-2" }]);
    await StepJob.start("lost-1");
    await StepJob.start("lost-2");
    await schema.sql("UPDATE step_job SET lock_until = now() - interval '1 s' WHERE id LIKE 'lost-%'");
    await StepJob.rescue();
    expect(heard).to.deep.equal([{ jobClass: "StepJob", count: 2 }]);
  });

  it("are not even built when nobody listens", async () => {
    for (const name of ["typeorm-jobs:attempt", "typeorm-jobs:heartbeat", "typeorm-jobs:rescue"] as const) {
      expect(observed(name), name).to.equal(false);
      const ear = listen(name);
      expect(observed(name), name).to.equal(true);
      publish(name, { type: "test" } as never);
      expect(ear, name).to.have.length(1);
    }
  });
});
