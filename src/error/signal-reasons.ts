import { describeJob } from "./describe-job.js";
import { JobError, type JobErrorContext } from "./job-error.js";

// The reasons that `job.signal` aborts with, beside `JobLockLostError`. Handlers see them as `job.signal.reason`, and as the cause
// of whatever was given the signal.

/**
 * The lock could not be renewed in time, so another attempt may hold the job soon or already.
 * What to do: stop; a handler that blocks the event loop for longer than `policy.expire` needs a longer one.
 */
export class JobLockExpiredError extends JobError {
  override readonly code = "JOB_LOCK_EXPIRED";

  constructor(context: JobErrorContext = {}) {
    super(`${describeJob(context)}: the lock was not renewed in time and has expired`, context);
  }
}

/**
 * The attempt ran longer than its `timeout`.
 * What to do: stop within `policy.timeoutGrace`; give the job a longer timeout, or less work.
 */
export class JobTimeoutError extends JobError {
  override readonly code = "JOB_TIMEOUT";
  /** The timeout in milliseconds. */
  readonly timeout: number;

  constructor(context: JobErrorContext & { timeout: number }) {
    super(`${describeJob(context)} ran longer than its timeout of ${context.timeout} ms`, context);
    this.timeout = context.timeout;
  }
}

/** An operator cancelled the job. What to do: stop; nothing of this attempt will be committed. */
export class JobCancelledError extends JobError {
  override readonly code = "JOB_CANCELLED";

  constructor(context: JobErrorContext = {}) {
    super(`${describeJob(context)} was cancelled`, context);
  }
}

/** The process is stopping. What to do: finish quickly, or throw `ReleaseJobError` so that another process takes it. */
export class JobShutdownError extends JobError {
  override readonly code = "JOB_SHUTDOWN";

  constructor(context: JobErrorContext = {}) {
    super(`${describeJob(context)}: the process is shutting down`, context);
  }
}

/**
 * The block of `await using job = ...` was left without an outcome; recorded with the stack of the `start()` call.
 * What to do: call `await job.succeed()` (or another outcome) as the last line of the block, or use `run`.
 */
export class JobAbandonedError extends JobError {
  override readonly code = "JOB_ABANDONED";

  constructor(context: JobErrorContext = {}) {
    super(`${describeJob(context)}: the block was left without an outcome`, context);
  }
}
