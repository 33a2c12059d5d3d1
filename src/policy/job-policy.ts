import type { JobFailure } from "../failure/job-failure.js";
import type { Duration } from "../util/duration.js";

/**
 * How the jobs of a class are locked, retried and recorded. Everything is optional: library default < `static policy` < per call.
 * Durations are milliseconds or text like `"15m"`.
 *
 * @example static override readonly policy: JobPolicy = { expire: "5m", maxAttempts: 5, backoff: { initial: "10s" } };
 */
export interface JobPolicy {
  /**
   * How long a lock lasts unless it is renewed (the heartbeat renews it): default `"60s"`, at least 100 ms, at most 24 days.
   * A job whose process died can be taken over after this time.
   */
  expire?: Duration;
  /** How often held locks are renewed: default a third of `expire`, at least 10 ms, and less than `expire`. */
  heartbeat?: Duration;
  /** How many attempts in a row may fail before the job is ignored: default 3, at least 1. */
  maxAttempts?: number;
  /** How long a failed job waits for its next attempt. */
  backoff?: BackoffPolicy;
  /** How long an attempt may run before its signal aborts: default null, no limit. At least 1 ms, at most 24 days. */
  timeout?: Duration | null;
  /** How long a timed-out attempt may take to stop before it is recorded as failed: default `"5s"`. */
  timeoutGrace?: Duration;
  /** How many records the `errors` column keeps, the newest ones: 1 to 1,000, default 10. */
  maxErrors?: number;
  /** The size limit of one record in bytes of JSON: 1,024 to 1,048,576, default 16,384. */
  captureLimit?: number;
  /**
   * Sees each record before it is stored, to take out secrets: returns the record to store (a changed copy, or the same object).
   * Only `by`, `error`, `traceback`, `code` and `cause` are taken from it. `at` is this process's time here; the database's is
   * stored. If it throws, or returns no such record, only the error's name is stored.
   */
  redact?: (record: JobFailure) => JobFailure;
}

/** After the n-th failure in a row a job waits `initial * factor^(n-1)`, at most `max`, give or take the jitter. */
export interface BackoffPolicy {
  /** The first wait: default `"1s"`. */
  initial?: Duration;
  /** How much longer each wait is than the one before: default 2, at least 1. */
  factor?: number;
  /** The longest wait: default `"1h"`, at least `initial`. */
  max?: Duration;
  /** The share of the wait that is random, 0 to 1: default 0.2 (a wait of 10 s becomes 8 to 12 s), so that jobs that failed together don't return together. */
  jitter?: number;
}

/** A policy with every default filled in; all durations are milliseconds. */
export interface ResolvedPolicy {
  readonly expire: number;
  readonly heartbeat: number;
  readonly maxAttempts: number;
  readonly backoff: Readonly<{ initial: number; factor: number; max: number; jitter: number }>;
  readonly timeout: number | null;
  readonly timeoutGrace: number;
  readonly maxErrors: number;
  readonly captureLimit: number;
  readonly redact: ((record: JobFailure) => JobFailure) | undefined;
}
