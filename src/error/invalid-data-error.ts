import { JobError, type JobErrorContext } from "./job-error.js";

/**
 * Thrown by `updates.set`, `updates.merge` and `enqueue` for a value that JSON would lose or change, or the database refuse.
 * What to do: convert what `path` names, such as `data.items[3].when`, to plain JSON first.
 */
export class InvalidDataError extends JobError {
  override readonly code = "INVALID_DATA";
  readonly path: string;
  readonly why: string;

  constructor(path: string, why: string, context?: JobErrorContext) {
    super(`${path}: ${why}`, context);
    this.path = path;
    this.why = why;
  }
}
