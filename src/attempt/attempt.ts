import { JobAlreadySettledError, type JobErrorContext, JobLockLostError, JobUnsavedChangeError } from "../error/index.js";
import { type AttemptEvent, observed, publish } from "../event/job-events.js";
import type { Step } from "../status/status-map.js";
import { extendLock } from "../store/lease.js";
import { refuseTransaction } from "../store/transaction.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import { type Duration, MAX_TIMER, parseDuration } from "../util/duration.js";
import { type Instant, now, systemClocks } from "../util/monotonic.js";
import { TrustWindow } from "../util/trust-window.js";
import type { AttemptOptions } from "./attempt-options.js";
import { describeAttempt } from "./describe-attempt.js";
import { LazySignal } from "./lazy-signal.js";
import { type OutcomeName, type WrittenOutcome, writeAttempt } from "./outcome.js";
import { OwnColumns } from "./own-columns.js";
import { Updates } from "./updates.js";

/** What a start gives to the attempt it opens. */
export interface Opening {
  readonly table: JobTable;
  readonly entity: JobRow;
  readonly lock: string;
  readonly lockBy: string;
  readonly options: AttemptOptions;
  /** Taken before the start statement was sent. */
  readonly sentAt: Instant;
  /** Holds the stack of the `start()` call, for an abandoned attempt. */
  readonly startedFrom: Error | undefined;
}

/** One attempt, from start to outcome: it lives beside the entity, which stays a plain row. */
export class Attempt {
  readonly table: JobTable;
  readonly entity: JobRow;
  readonly key: unknown;
  readonly lock: string;
  readonly lockBy: string;
  readonly fence: number;
  /** Counted from 1, failures in a row included. */
  readonly number: number;
  readonly step: Step;
  readonly options: AttemptOptions;
  readonly startedFrom: Error | undefined;
  readonly updates: Updates<JobRow>;
  readonly #beganAt = performance.now();
  readonly #signal = new LazySignal();
  readonly #trust = new TrustWindow(systemClocks);
  readonly #own: OwnColumns;
  readonly #onEnd: (() => void)[] = [];
  /** Until when the lock was given, by the monotonic clock. */
  #until = 0;
  #outcome: { readonly name: OutcomeName; readonly promise: Promise<void>; readonly forced: boolean } | undefined;
  #lost: Error | undefined;
  /** Why `succeed` was refused before any statement, if it was: what an abandoned attempt really failed of. */
  refused: unknown;

  constructor({ table, entity, lock, lockBy, options, sentAt, startedFrom }: Opening) {
    this.table = table;
    this.entity = entity;
    this.key = table.keys.of(entity);
    this.lock = lock;
    this.lockBy = lockBy;
    this.options = options;
    this.startedFrom = startedFrom;
    this.fence = entity.fence;
    this.number = entity.retry + 1;
    this.step = table.statuses.stepOf(entity.status)!;
    this.updates = new Updates(this.table, entity);
    this.#own = new OwnColumns(this.table, entity);
    this.renewed(sentAt, options.expire);
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  /** Why the signal aborted. */
  get abortReason(): unknown {
    return this.#signal.reason;
  }

  /** An outcome was asked for, whether it is written yet or not. */
  get settling(): boolean {
    return this.#outcome !== undefined;
  }

  /** The outcome that was asked for; rejects as it did. */
  get settlement(): Promise<void> | undefined {
    return this.#outcome?.promise;
  }

  /** Milliseconds that a heartbeat asks for: `expire`, or what is left of a longer `extend`. */
  get lease(): number {
    return Math.max(this.options.expire, Math.ceil(this.#until - performance.now()));
  }

  get duration(): number {
    return performance.now() - this.#beganAt;
  }

  trusted(): boolean {
    return this.#trust.trusted();
  }

  /** Milliseconds until the lock can no longer be believed to be ours. */
  trustLeft(): number {
    return this.#trust.remaining();
  }

  renewed(sentAt: Instant, lease: number): void {
    const until = sentAt.monotonic + lease;
    if (until < this.#until) return; // a heartbeat that was on its way during an `extend`: locks never get shorter
    this.#until = until;
    this.#trust.renew(sentAt, lease);
  }

  /** Aborts the signal. The attempt goes on: an outcome is still sent, and the guarded statement decides. */
  abort(reason: unknown): void {
    if (this.#outcome || !this.#signal.abort(reason) || !observed("typeorm-jobs:attempt")) return;
    publish("typeorm-jobs:attempt", { type: "aborted", ...this.describe(), fence: this.fence, reason });
  }

  /** The lock was found lost: remembered, whatever user code catches. */
  lose(error: Error): void {
    this.#lost ??= error;
    this.abort(error);
  }

  /** The lock was found lost once: no success may follow, even where the row would let it. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** Runs when the attempt ends, however it does. */
  onEnd(callback: () => void): void {
    this.#onEnd.push(callback);
  }

  async extend(expire?: Duration): Promise<void> {
    refuseTransaction(this.table, "extend", this.key);
    const lease = expire === undefined ? this.options.expire : parseDuration("extend", expire, { min: 100, max: MAX_TIMER });
    const sentAt = now(systemClocks);
    const lockUntil = await extendLock(this.table, this.key, this.lock, lease);
    if (!lockUntil) {
      const error = new JobLockLostError(this.context());
      this.lose(error);
      throw error;
    }
    this.renewed(sentAt, lease);
    (this.entity as { lockUntil: Date | null }).lockUntil = lockUntil;
    this.#own.written("lockUntil");
  }

  /** Takes back what was assigned on the instance and never written. */
  restoreColumns(): void {
    this.#own.restore();
  }

  /**
   * Outcomes are one promise: the same again returns it. After a `succeed` that failed, `fail` has nothing left to do.
   *
   * @param forced ended by us and not by user code, whose own outcome then comes too late
   */
  settle(outcome: WrittenOutcome, forced = false): Promise<void> {
    const before = this.#outcome;
    if (before?.forced) return Promise.reject(new JobLockLostError(this.context()));
    if (before) return before.name === outcome.name ? before.promise : this.#contradict(before, outcome);
    const promise = this.#settle(outcome);
    this.#outcome = { name: outcome.name, promise, forced };
    return promise;
  }

  async #contradict(before: { name: OutcomeName; promise: Promise<void> }, outcome: WrittenOutcome): Promise<void> {
    try {
      await before.promise;
    } catch (error) {
      if (!this.#outcome) return this.settle(outcome); // refused before any statement: the attempt is open
      if (outcome.name === "fail") return;
      if (error instanceof JobLockLostError) throw error;
    }
    throw new JobAlreadySettledError({ ...this.context(), settled: before.name, asked: outcome.name });
  }

  async #settle(outcome: WrittenOutcome): Promise<void> {
    this.updates.seal(outcome.name); // before the first wait: what is set later was not validated
    await this.#prepare(outcome.name);
    try {
      await writeAttempt(this, outcome);
    } finally {
      for (const callback of this.#onEnd) callback();
    }
  }

  /** What can be refused before any statement; the attempt then stays open, and the outcome can be asked for again. */
  async #prepare(name: OutcomeName): Promise<void> {
    try {
      refuseTransaction(this.table, name, this.key);
      if (name !== "succeed") return;
      const columns = this.#own.changed();
      if (columns.length > 0) throw new JobUnsavedChangeError({ ...this.context(), columns });
      await this.table.validation.entity(() => this.updates.preview());
    } catch (error) {
      // In a later turn than the assignment in settle(), which would undo it.
      await undefined;
      this.#outcome = undefined;
      this.updates.seal(undefined);
      this.refused = error;
      throw error;
    }
  }

  /** What every event about this attempt says. */
  describe(): AttemptEvent {
    return describeAttempt(this.table, this.key, this.step, this.options.debug);
  }

  /** What errors about this attempt say. */
  context(): JobErrorContext {
    return this.table.context(this.key);
  }
}
