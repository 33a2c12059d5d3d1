import { JobError, type JobErrorContext } from "./job-error.js";

/**
 * Thrown when a job class or its DataSource is set up in a way that can't work: at start-up, or when the class is first used.
 * What to do: the message says it.
 */
export class JobConfigurationError extends JobError {
  override readonly code = "JOB_CONFIGURATION";
}

/**
 * Thrown when no database connection was free in time.
 * What to do: enlarge the pool, or look for what keeps its connections (a transaction left open, user code that waits inside one).
 */
export class JobConnectionTimeoutError extends JobError {
  override readonly code = "JOB_CONNECTION_TIMEOUT";
  /** How long it was waited for, in milliseconds. */
  readonly waited: number;

  constructor(context: JobErrorContext & { waited: number }) {
    super(
      `No database connection was free within ${context.waited} ms: is the pool large enough, and are transactions closed?`,
      context,
    );
    this.waited = context.waited;
  }
}
