import { describeJob } from "./describe-job.js";
import { JobError, type JobErrorContext } from "./job-error.js";

/**
 * A job could not be started, for a reason that is in its row. Catch this one to treat all refusals alike.
 * Every refusal writes nothing, except `JobIgnoredError` after the last allowed attempt was lost.
 */
export abstract class JobRefusedError extends JobError {}

/**
 * Thrown by a start when no row has that key (or it is soft-deleted).
 * What to do: enqueue the job first, or start it with `create: { data }`.
 */
export class JobNotFoundError extends JobRefusedError {
  override readonly code = "JOB_NOT_FOUND";

  /** @param context `hidden`: a row with that key is there, but not for this class */
  constructor(context: JobErrorContext & { hidden?: boolean } = {}) {
    const hint = context.hidden
      ? "a row with its key exists, soft-deleted or of another class of the table"
      : "enqueue it first, or start it with { create: { ... } }";
    super(`${describeJob(context)} was not found: ${hint}`, context);
  }
}

/**
 * Thrown by a start when another attempt holds the job's lock.
 * What to do: leave it to that attempt, or try again after `lockUntil` (database time): the lock has then expired unless it was extended.
 */
export class JobLockedError extends JobRefusedError {
  override readonly code = "JOB_LOCKED";
  /** Host, process and worker of the holder. */
  readonly lockBy: string | null;
  /** When the lock expires unless its holder extends it (database time). */
  readonly lockUntil: Date | null;

  constructor(context: JobErrorContext & { lockBy: string | null; lockUntil: Date | null }) {
    const until = context.lockUntil && !Number.isNaN(context.lockUntil.getTime()) ? context.lockUntil.toISOString() : "unknown";
    super(`${describeJob(context)} is locked by ${context.lockBy ?? "an unnamed holder"} until ${until}`, context);
    this.lockBy = context.lockBy;
    this.lockUntil = context.lockUntil;
  }
}

/**
 * Thrown by a start when the job (or the asked step of it) has already succeeded.
 * What to do: usually nothing, the work is done; `rerun` does it again.
 */
export class JobAlreadySucceededError extends JobRefusedError {
  override readonly code = "JOB_ALREADY_SUCCEEDED";

  constructor(context: JobErrorContext = {}) {
    super(`${describeJob(context)} has already succeeded: rerun it to do it again`, context);
  }
}

/**
 * Thrown by a start when the job is ignored: no attempts left, told so, or cancelled.
 * What to do: read its `errors`, repair the cause, then `rerun` it.
 */
export class JobIgnoredError extends JobRefusedError {
  override readonly code = "JOB_IGNORED";
  /** The row's reason, such as `exhausted`, `ignored` or `cancelled`. */
  readonly reason: string | null;

  constructor(context: JobErrorContext & { reason: string | null }) {
    super(`${describeJob(context)} is ignored (${context.reason ?? "no reason given"}): rerun it to start it again`, context);
    this.reason = context.reason;
  }
}

/**
 * Thrown by a start when the row's status is none that the asked step starts from.
 * What to do: run the step before, or name the status in `startableFrom`.
 */
export class JobNotReadyToStartError extends JobRefusedError {
  override readonly code = "JOB_NOT_READY_TO_START";
  /** The code the row has. */
  readonly status: number;
  /** What would have been ready, in words such as `pending (20)`. */
  readonly ready: string[];

  constructor(context: JobErrorContext & { status: number; ready: string[] }) {
    super(
      `${describeJob(context)} is not ready to start: its status is ${context.status}, ready would be ${context.ready.join(", ")}`,
      context,
    );
    this.status = context.status;
    this.ready = context.ready;
  }
}
