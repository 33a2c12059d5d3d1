import { JobError } from "./job-error.js";

// Thrown by users, from inside `run` or a worker's handler, to choose another outcome than "failed".

/**
 * Throw it in a handler to give the job up: it ends ignored, with a record of why, and is not tried again until it is rerun.
 * @example throw new IgnoreJobError("the customer is gone");
 */
export class IgnoreJobError extends JobError {
  override readonly code = "IGNORE_JOB";
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Throw it in a handler to put the job back to pending. It doesn't count as an attempt.
 * @example throw new ReleaseJobError({ delay: "5m", reason: "rate limited" });
 */
export class ReleaseJobError extends JobError {
  override readonly code = "RELEASE_JOB";
  /** When it is due again: milliseconds or text like `"5m"`; default 0, at once. */
  readonly delay?: number | string;
  readonly reason?: string;

  constructor({ delay, reason }: { delay?: number | string; reason?: string } = {}) {
    super(reason ?? "The job was released");
    if (delay !== undefined) this.delay = delay;
    if (reason !== undefined) this.reason = reason;
  }
}

/**
 * Throw it in a handler to fail the attempt (it counts) and choose when the next one is due, instead of the policy's backoff.
 * `run` rethrows the `cause`.
 * @example throw new RetryJobError({ delay: "30s", cause: error });
 */
export class RetryJobError extends JobError {
  override readonly code = "RETRY_JOB";
  /** When it is due again: milliseconds or text like `"30s"`; default: the policy's backoff. */
  readonly delay?: number | string;

  constructor({ delay, cause }: { delay?: number | string; cause: unknown }) {
    super("The job is to be tried again", { cause });
    if (delay !== undefined) this.delay = delay;
  }
}
