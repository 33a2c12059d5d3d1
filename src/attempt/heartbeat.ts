import type { Client } from "../dialect/index.js";
import { JobCancelledError, JobLockExpiredError, JobLockLostError } from "../error/index.js";
import { observed, publish } from "../event/job-events.js";
import { REASON } from "../failure/reason.js";
import { Loop } from "../loop/loop.js";
import { renewLocks } from "../store/lease.js";
import { serviceConnectionOf } from "../store/service-connection.js";
import { readStanding } from "../store/standing.js";
import type { JobTable } from "../table/job-table.js";
import { getOrInsert } from "../util/get-or-insert.js";
import { now, systemClocks } from "../util/monotonic.js";
import type { Attempt } from "./attempt.js";

const heartbeats = new WeakMap<JobTable, Heartbeat>();

/** How long, in milliseconds, to wait after a heartbeat that could not be sent. */
const RETRY_DELAY = 250;

/** Renews the held locks of one class: one statement for all of them, on the service connection of the DataSource. */
export class Heartbeat {
  readonly #table: JobTable;
  readonly #held = new Map<string, Attempt>();
  readonly #beats: Loop;
  /** Apart from the beats: trust ends on time also while a beat waits for its answer. */
  readonly #watch: Loop;
  #lastBeat = Number.NEGATIVE_INFINITY;
  #release: (() => void) | undefined;

  constructor(table: JobTable) {
    this.#table = table;
    this.#beats = new Loop(() => this.#turn(), RETRY_DELAY);
    this.#watch = new Loop(async () => this.#abortUntrusted(), RETRY_DELAY);
  }

  /** Keeps the attempt's lock alive until the attempt ends. */
  hold(attempt: Attempt): void {
    this.#release ??= serviceConnectionOf(this.#table.dataSource).keep();
    this.#held.set(attempt.lock, attempt);
    attempt.onEnd(() => this.#drop(attempt.lock));
    this.#beats.wakeIn(attempt.options.heartbeat);
    this.#watch.wakeIn(attempt.trustLeft());
  }

  #drop(lock: string): void {
    this.#held.delete(lock);
    if (this.#held.size === 0) this.#letGo();
  }

  #letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }

  async #turn(): Promise<number | undefined> {
    let interval = Number.POSITIVE_INFINITY;
    for (const { options } of this.#held.values()) interval = Math.min(interval, options.heartbeat);
    if (this.#held.size === 0) return undefined;
    // After destroy() no outcome can end these locks any more: they expire, and the watch aborts the signals.
    if (!this.#table.dataSource.isInitialized) {
      this.#letGo();
      return undefined;
    }
    const now = performance.now();
    const due = this.#lastBeat + interval - now;
    if (due > 1) return due;
    const beaten = await this.#beat(interval);
    this.#abortUntrusted(); // the wall clock may have jumped, which no timer sees
    if (this.#held.size === 0) return undefined;
    if (!beaten) return Math.min(RETRY_DELAY, interval / 2);
    this.#lastBeat = now;
    return Math.max(interval / 2, now + interval - performance.now());
  }

  async #beat(interval: number): Promise<boolean> {
    const leases = new Map([...this.#held].map(([lock, attempt]) => [lock, attempt.lease]));
    const attempts = new Map(this.#held);
    const sentAt = now(systemClocks);
    const held = leases.size;
    try {
      const patience = Math.max(interval, RETRY_DELAY);
      const beat = await serviceConnectionOf(this.#table.dataSource).use((client) => this.#renew(client, leases), patience);
      for (const lock of beat.renewed) attempts.get(lock)?.renewed(sentAt, leases.get(lock)!);
      for (const [lock, error] of beat.lost) {
        const attempt = attempts.get(lock)!;
        // Its own outcome takes the lock away too.
        if (attempt.settling) continue;
        attempt.lose(error);
        this.#drop(lock);
      }
      if (observed("typeorm-jobs:heartbeat")) {
        const [renewed, lost] = [beat.renewed.length, beat.lost.length];
        publish("typeorm-jobs:heartbeat", { type: "sent", jobClass: this.#table.name, held, renewed, lost });
      }
      return true;
    } catch (error) {
      if (observed("typeorm-jobs:heartbeat"))
        publish("typeorm-jobs:heartbeat", { type: "failed", jobClass: this.#table.name, held, error });
      return false;
    }
  }

  async #renew(client: Client, leases: ReadonlyMap<string, number>) {
    const { renewed, lost } = await renewLocks(this.#table, client, leases);
    const errors: [string, Error][] = [];
    for (const lock of lost) {
      const attempt = this.#held.get(lock);
      if (!attempt || attempt.settling) continue;
      const standing = await readStanding(this.#table, attempt.key, client);
      const context = attempt.context();
      const cancelled = standing?.reason === REASON.cancelled;
      errors.push([lock, cancelled ? new JobCancelledError(context) : new JobLockLostError(context)]);
    }
    return { renewed, lost: errors };
  }

  /** When trust in a lock ends its signal aborts. Answers when the next one ends, in milliseconds. */
  #abortUntrusted(): number | undefined {
    let next: number | undefined;
    for (const attempt of this.#held.values()) {
      if (attempt.aborted) continue;
      const remaining = attempt.trustLeft();
      if (remaining > 0) next = Math.min(next ?? remaining, remaining);
      else if (!attempt.settling) attempt.abort(new JobLockExpiredError(attempt.context()));
    }
    return next;
  }
}

/** The heartbeat of a class. */
export function heartbeatOf(table: JobTable): Heartbeat {
  return getOrInsert(heartbeats, table, () => new Heartbeat(table));
}
