import { JobError, type JobErrorContext } from "./job-error.js";

/**
 * Thrown by `updates.set` and `enqueue` for a column that can't be set, or a value that it can't hold. Nothing was set.
 * What to do: the message names the column and the reason.
 */
export class InvalidUpdateError extends JobError {
  override readonly code = "INVALID_UPDATE";
  readonly column: string;
  readonly why: string;

  constructor(column: string, why: string, context?: JobErrorContext) {
    super(`${column}: ${why}`, context);
    this.column = column;
    this.why = why;
  }
}
