// For users whose `lib` lacks it; kept in the declarations.
/// <reference lib="esnext.disposable" preserve="true" />
import type { JobKind } from "../status/job-status.js";
import type { JobRow } from "../table/job-row.js";
import type { DeepReadonly } from "../util/deep-readonly.js";
import type { Duration } from "../util/duration.js";
import type { Attempt } from "./attempt.js";
import type { Updates } from "./updates.js";

/** What an open attempt adds to the entity. */
export interface OpenAttempt<T extends JobRow> {
  /** What commits with the job's success. */
  readonly updates: Updates<T>;
  /** Aborts with the reason: lock lost, lock expired, timeout, cancelled, shutdown, or the caller's own signal. */
  readonly signal: AbortSignal;
  /** The random token of this attempt. */
  readonly lock: string;

  /**
   * Ends the attempt well: status, `updates.set` and `updates.write` commit in one transaction, or not at all.
   *
   * @throws JobLockLostError when the lock is no longer ours: nothing was written
   * @throws JobUnsavedChangeError, InvalidUpdateError before any statement; the attempt stays open
   * @throws the database's error when it refused the updates; the failure is then recorded
   */
  succeed(): Promise<void>;

  /**
   * Ends the attempt as failed, with the error's traceback in `errors`; the updates are dropped.
   * A no-op after a `succeed` that failed.
   *
   * @throws JobLockLostError when the lock is no longer ours: nothing was written
   */
  fail(error: unknown): Promise<void>;

  /**
   * Ends the attempt and the job: ignored until it is rerun. The updates are dropped; a record says why.
   *
   * @throws JobLockLostError when the lock is no longer ours: nothing was written
   */
  ignore(reason: string): Promise<void>;

  /**
   * Puts the job back to pending, due after `delay` (milliseconds or text like `"5m"`; default 0). Not counted as an attempt. The
   * updates are dropped.
   *
   * @param options `reason`: what the column `reason` shall hold, at most 64 characters; default null
   * @throws JobLockLostError when the lock is no longer ours: nothing was written
   */
  release(options?: { delay?: Duration; reason?: string }): Promise<void>;

  /**
   * Renews the lock now, for `expire` or the duration given (milliseconds or text like `"5m"`); it never makes it expire sooner. The
   * heartbeat does this by itself: this is for code that blocks the event loop for long.
   *
   * @throws JobLockLostError when the lock is no longer ours
   */
  extend(expire?: Duration): Promise<void>;

  /** Fails the attempt, reason `abandoned`, when the block is left without an outcome. Never throws. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A job of class T with an open attempt. Its columns are read-only: changes go through `updates`. */
export type Started<T extends JobRow> = { readonly [K in Exclude<keyof T, "data" | keyof OpenAttempt<T>>]: T[K] } & {
  readonly data: DeepReadonly<T["data"]>;
  readonly kind: JobKind;
  readonly step: string | undefined;
} & OpenAttempt<T>;

/** The instance that a start gives out: of the class that its caller has asked for. */
export function startedJob<T extends JobRow>(attempt: Attempt): Started<T> {
  return attempt.entity as Started<T>;
}
