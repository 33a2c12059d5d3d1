import { nearest } from "../util/nearest.js";
import { preview } from "../util/preview.js";
import { JobError, type JobErrorContext } from "./job-error.js";

/**
 * Thrown when an option, a policy value or a criterion is not what it must be, before any statement.
 * What to do: the message names the option, what it takes, and what it got.
 *
 * @example
 * await IngestJob.start("job-1", { expire: "abc" });
 * // InvalidOptionError: expire: expected a duration of at least 100 ms (milliseconds or text like "15m"), got "abc"
 */
export class InvalidOptionError extends JobError {
  override readonly code = "INVALID_OPTION";
  readonly option: string;
  readonly expected: string;
  readonly got: unknown;

  constructor(option: string, expected: string, got: unknown, context?: JobErrorContext) {
    super(`${option}: expected ${expected}, got ${preview(got)}`, context);
    this.option = option;
    this.expected = expected;
    this.got = got;
  }

  /** For a name that isn't known in a place (`where`): lists the known ones, and the nearest if one is near enough to be meant. */
  static unknown(name: unknown, known: readonly string[], where: string, context?: JobErrorContext): InvalidOptionError {
    const near = typeof name === "string" ? nearest(name, known) : undefined;
    const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
    return new InvalidOptionError(where, `one of ${known.join(", ")}${hint}`, name, context);
  }
}
