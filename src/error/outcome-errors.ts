import { describeJob } from "./describe-job.js";
import { JobError, type JobErrorContext } from "./job-error.js";

/**
 * Thrown by an outcome, `extend` or a `write` when the attempt no longer holds its lock: another attempt took the job over, or an
 * operator ended this one. Nothing was written.
 * What to do: stop working on the job; whoever ended the attempt owns the row now.
 */
export class JobLockLostError extends JobError {
  override readonly code = "JOB_LOCK_LOST";

  constructor(context: JobErrorContext = {}) {
    super(
      `${describeJob(context)} is no longer held by this attempt: another attempt or an operator ended it; nothing was written`,
      context,
    );
  }
}

/**
 * Thrown when the connection broke during COMMIT and the row can't tell any more whether it was committed: it is gone, its history
 * was cut since, or the database stayed away. `cause` is what broke.
 * What to do: look at the business data that the attempt should have changed.
 */
export class JobOutcomeUnknownError extends JobError {
  override readonly code = "JOB_OUTCOME_UNKNOWN";

  constructor(context: JobErrorContext = {}) {
    super(
      `${describeJob(context)} may or may not have been committed: its COMMIT was never answered, and the row can't tell any more`,
      context,
    );
  }
}

/**
 * Thrown when an outcome is asked of an attempt that has already ended with a contradicting one.
 * What to do: call one outcome per attempt. The same one again is allowed and returns the first one's promise.
 */
export class JobAlreadySettledError extends JobError {
  override readonly code = "JOB_ALREADY_SETTLED";
  /** The outcome the attempt has, such as `succeed`. */
  readonly settled: string;
  /** The outcome that was asked now, such as `ignore`. */
  readonly asked: string;

  constructor(context: JobErrorContext & { settled: string; asked: string }) {
    super(`${describeJob(context)}: ${context.asked} was asked after the attempt had ended with ${context.settled}`, context);
    this.settled = context.settled;
    this.asked = context.asked;
  }
}
