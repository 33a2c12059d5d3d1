/**
 * One failed or lost attempt, as a job's `errors` column keeps it (newest last, at most `policy.maxErrors`).
 * A record is at most `policy.captureLimit` bytes of JSON; all of it is text that any JSON column can hold.
 */
export interface JobFailure {
  /** Which attempt in a row failed, from 1: the `retry` the job had, plus one. */
  attempt: number;
  /** The fence of that attempt: with it, the record belongs to exactly one start. */
  fence: number;
  /** When, by the database's clock: ISO 8601 in UTC. */
  at: string;
  /** The host, process and worker that held the lock; null when unknown. */
  by: string | null;
  /** `Name: message` of what was thrown, or what was thrown instead of an error, such as `thrown string: boom`. */
  error: string;
  /** The stack with its cause chain and the members of an AggregateError. The frames nearest the throw are kept when it is cut. */
  traceback: string;
  /** The error's code where it has one, such as `ECONNREFUSED`, the database's `23505`, or `JOB_TIMEOUT`; at most 64 characters. */
  code?: string;
  /** `Name: message` of the innermost cause. */
  cause?: string;
}
