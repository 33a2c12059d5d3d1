import { describeJob } from "./describe-job.js";
import { JobError, type JobErrorContext } from "./job-error.js";

/**
 * Thrown when an outcome, `updates` or `extend` is asked of an instance that was only read, not started.
 * What to do: get the instance from `start`, `run`, `claim` or a worker.
 */
export class JobNotStartedError extends JobError {
  override readonly code = "JOB_NOT_STARTED";

  constructor(context: JobErrorContext = {}) {
    super(
      `${describeJob(context)} was not started: outcomes and updates need an instance from start, run, claim or a worker`,
      context,
    );
  }
}

/**
 * Thrown by `succeed`, before any statement, when a column was assigned on the instance: the assignment would be lost silently.
 * What to do: `job.updates.set("rows", 42)` instead of `job.rows = 42`.
 */
export class JobUnsavedChangeError extends JobError {
  override readonly code = "JOB_UNSAVED_CHANGE";
  /** The property names that were assigned. */
  readonly columns: string[];

  constructor(context: JobErrorContext & { columns: string[] }) {
    const columns = context.columns.join(", ");
    super(
      `${describeJob(context)}: ${columns} was assigned on the instance and would be lost: use job.updates.set(...)`,
      context,
    );
    this.columns = context.columns;
  }
}

/**
 * Thrown when a start or an outcome is asked inside an open transaction of the caller: it would hold the job's row for as long as
 * that transaction lasts, and be undone with it.
 * What to do: business writes belong into `updates.write`, which commits them with the job; else call it outside the transaction.
 */
export class JobInTransactionError extends JobError {
  override readonly code = "JOB_IN_TRANSACTION";
  /** The method that was called, such as `start` or `succeed`. */
  readonly asked: string;

  constructor(context: JobErrorContext & { asked: string }) {
    super(
      `${describeJob(context)}: ${context.asked} was called inside an open transaction: ` +
        "put the writes into job.updates.write(async (tx) => ...), which commits them with the job, or call it outside the transaction",
      context,
    );
    this.asked = context.asked;
  }
}

/**
 * Thrown by `enqueue` when a job with that key exists; nothing of the call was inserted.
 * What to do: choose another key, or `{ onConflict: "ignore" }` or `"replace"`.
 */
export class JobExistsError extends JobError {
  override readonly code = "JOB_EXISTS";

  constructor(context: JobErrorContext = {}) {
    super(`${describeJob(context)} exists already: use { onConflict: "ignore" } or "replace" if that is expected`, context);
  }
}

/**
 * Thrown when TypeORM is asked to save or remove an instance whose attempt is open: it would write around the lock.
 * What to do: set columns through `job.updates`, or write the row after the outcome.
 */
export class JobAttemptOpenError extends JobError {
  override readonly code = "JOB_ATTEMPT_OPEN";

  constructor(context: JobErrorContext = {}) {
    super(
      `${describeJob(context)} has an open attempt and can't be saved or removed: use job.updates.set(...) and an outcome`,
      context,
    );
  }
}
