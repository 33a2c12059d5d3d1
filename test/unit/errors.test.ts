import { inspect } from "node:util";
import { expect } from "chai";
import * as errors from "../../src/error/index.js";
import { InvalidOptionError, JobError, JobRefusedError } from "../../src/error/index.js";

const about = { jobClass: "IngestJob", key: "job-1" };

/** Each error, its stable code, and how its message begins. */
const all: [JobError, string, string][] = [
  [new errors.JobNotFoundError(about), "JOB_NOT_FOUND", 'IngestJob "job-1" was not found'],
  [
    new errors.JobLockedError({ ...about, lockBy: "host:1", lockUntil: new Date(0) }),
    "JOB_LOCKED",
    'IngestJob "job-1" is locked by host:1 until 1970-01-01T00:00:00.000Z',
  ],
  [new errors.JobAlreadySucceededError(about), "JOB_ALREADY_SUCCEEDED", 'IngestJob "job-1" has already succeeded'],
  [new errors.JobIgnoredError({ ...about, reason: "exhausted" }), "JOB_IGNORED", 'IngestJob "job-1" is ignored (exhausted)'],
  [
    new errors.JobNotReadyToStartError({ ...about, status: 12, ready: ["pending (20)", "failed (24)"] }),
    "JOB_NOT_READY_TO_START",
    'IngestJob "job-1" is not ready to start: its status is 12, ready would be pending (20), failed (24)',
  ],
  [new errors.JobLockLostError(about), "JOB_LOCK_LOST", 'IngestJob "job-1" is no longer held'],
  [new errors.JobOutcomeUnknownError(about), "JOB_OUTCOME_UNKNOWN", 'IngestJob "job-1" may or may not'],
  [
    new errors.JobAlreadySettledError({ ...about, settled: "succeed", asked: "ignore" }),
    "JOB_ALREADY_SETTLED",
    'IngestJob "job-1": ignore was asked after the attempt had ended with succeed',
  ],
  [new errors.JobNotStartedError(about), "JOB_NOT_STARTED", 'IngestJob "job-1" was not started'],
  [
    new errors.JobUnsavedChangeError({ ...about, columns: ["rows", "url"] }),
    "JOB_UNSAVED_CHANGE",
    'IngestJob "job-1": rows, url was',
  ],
  [
    new errors.JobInTransactionError({ ...about, asked: "succeed" }),
    "JOB_IN_TRANSACTION",
    'IngestJob "job-1": succeed was called',
  ],
  [new errors.JobAttemptOpenError(about), "JOB_ATTEMPT_OPEN", 'IngestJob "job-1" has an open attempt'],
  [new errors.JobExistsError(about), "JOB_EXISTS", 'IngestJob "job-1" exists already'],
  [new errors.JobConfigurationError("wrong", about), "JOB_CONFIGURATION", "wrong"],
  [
    new errors.JobConnectionTimeoutError({ ...about, waited: 50 }),
    "JOB_CONNECTION_TIMEOUT",
    "No database connection was free within 50 ms",
  ],
  [new errors.JobLockExpiredError(about), "JOB_LOCK_EXPIRED", 'IngestJob "job-1": the lock'],
  [
    new errors.JobTimeoutError({ ...about, timeout: 50 }),
    "JOB_TIMEOUT",
    'IngestJob "job-1" ran longer than its timeout of 50 ms',
  ],
  [new errors.JobCancelledError(about), "JOB_CANCELLED", 'IngestJob "job-1" was cancelled'],
  [new errors.JobShutdownError(about), "JOB_SHUTDOWN", 'IngestJob "job-1": the process'],
  [new errors.JobAbandonedError(about), "JOB_ABANDONED", 'IngestJob "job-1": the block'],
  [new InvalidOptionError("expire", "a duration", "abc", about), "INVALID_OPTION", 'expire: expected a duration, got "abc"'],
  [new errors.InvalidUpdateError("rows", "it is managed", about), "INVALID_UPDATE", "rows: it is managed"],
  [new errors.InvalidDataError("data.a", "a Date", about), "INVALID_DATA", "data.a: a Date"],
  [new errors.IgnoreJobError("no customer"), "IGNORE_JOB", "no customer"],
  [new errors.ReleaseJobError({ delay: "5m", reason: "limited" }), "RELEASE_JOB", "limited"],
  [new errors.RetryJobError({ delay: 5, cause: new Error("why") }), "RETRY_JOB", "The job is to be tried again"],
];

describe("errors", () => {
  it("are all covered here", () => {
    const abstracts = [JobError, JobRefusedError] as unknown[];
    const classes = Object.values(errors).filter((exported) => !abstracts.includes(exported));
    expect(all.map(([error]) => error.constructor)).to.have.members(classes);
  });

  for (const [error, code, beginning] of all) {
    it(`${error.constructor.name} has its name, code and message`, () => {
      expect(error).to.be.instanceOf(JobError);
      expect(error.name).to.equal(error.constructor.name);
      expect(error.code).to.equal(code);
      expect(error.message.slice(0, beginning.length)).to.equal(beginning);
      expect(error.stack?.startsWith(`${error.name}: ${error.message}\n    at `)).to.equal(true);
      expect(error.stack?.split("\n")[1]).to.include("errors.test");
    });
  }

  it("have no two codes alike", () => {
    expect(new Set(all.map(([, code]) => code)).size).to.equal(all.length);
  });

  it("carry the job's class and key, where they are known", () => {
    expect(new errors.JobNotFoundError(about)).to.include(about);
    expect(new errors.JobNotFoundError()).to.not.have.any.keys("jobClass", "key", "cause");
    expect(new errors.JobNotFoundError().message).to.match(/^The job was not found/);
    expect(new errors.JobNotFoundError({ jobClass: "Doc", key: { tenant: 1, no: 2 } }).message).to.match(
      /^Doc \{ tenant: 1, no: 2 \} was/,
    );
  });

  it("keep their own fields", () => {
    const lockUntil = new Date();
    expect(new errors.JobLockedError({ lockBy: null, lockUntil })).to.include({ lockBy: null, lockUntil });
    expect(new errors.JobLockedError({ lockBy: null, lockUntil: new Date(Number.NaN) }).message).to.include("until unknown");
    expect(new errors.JobIgnoredError({ reason: null })).to.include({ reason: null });
    expect(new errors.ReleaseJobError({ delay: "5m" }))
      .to.include({ delay: "5m" })
      .and.not.have.property("reason");
    expect(new errors.RetryJobError({ cause: 5 }))
      .to.include({ cause: 5 })
      .and.not.have.property("delay");
    expect(new errors.JobInTransactionError({ asked: "start" }).message).to.include("updates.write");
  });

  it("have a name that isn't printed twice, and a cause as built-in errors have", () => {
    const cause = new Error("why");
    const error = new errors.JobExistsError({ ...about, cause });
    expect(Object.keys(error)).to.not.include.members(["name"]).and.to.not.include("cause");
    expect(error.cause).to.equal(cause);
    expect(inspect(error)).to.include("[cause]: Error: why").and.not.include("name:");
  });

  it("are refusals, five of them", () => {
    expect(all.filter(([error]) => error instanceof JobRefusedError)).to.have.length(5);
  });
});

describe("InvalidOptionError", () => {
  it("shows what it got, whatever that is", () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    for (const got of [cyclic, 1n, Symbol("s"), "x".repeat(1_000), Object.create(null), () => 1, null, undefined]) {
      const error = new InvalidOptionError("expire", "a duration", got);
      expect(error.message.length).to.be.below(130);
      expect(error.got).to.equal(got);
    }
  });

  it("names the nearest known name, if one is near", () => {
    const known = ["expire", "heartbeat", "maxAttempts"];
    const unknown = (name: unknown) => InvalidOptionError.unknown(name, known, "IngestJob.policy", about);
    expect(unknown("expires").message).to.equal(
      'IngestJob.policy: expected one of expire, heartbeat, maxAttempts (did you mean "expire"?), got "expires"',
    );
    expect(unknown("maxattemps").message).to.include('did you mean "maxAttempts"?');
    expect(unknown("zzz").message).to.not.include("did you mean");
    expect(unknown(5).message).to.include("got 5");
    expect(unknown("expires")).to.include({ option: "IngestJob.policy", got: "expires", jobClass: "IngestJob" });
  });
});
