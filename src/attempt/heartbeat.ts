import type { DataSource } from "typeorm";
import { dialectOf, type OwnClient } from "../dialect/index.js";
import { JobCancelledError, JobLockExpiredError, JobLockLostError } from "../error/index.js";
import { publish } from "../event/job-events.js";
import { REASON } from "../failure/reason.js";
import { Loop } from "../loop/loop.js";
import { ServiceConnection } from "../loop/service-connection.js";
import { readStanding, renewLocks } from "../store/lease.js";
import { settingsOf } from "../store/settings.js";
import type { JobTable } from "../table/job-table.js";
import { withTimeout } from "../util/with-timeout.js";
import type { Attempt } from "./attempt.js";

const connections = new WeakMap<DataSource, ServiceConnection<OwnClient>>();
const heartbeats = new WeakMap<JobTable, Heartbeat>();

/** How long, in milliseconds, to wait after a heartbeat that could not be sent. */
const RETRY_DELAY = 250;

/** Renews the held locks of one class: one statement for all of them, on the service connection of the DataSource. */
export class Heartbeat {
  readonly #table: JobTable;
  readonly #held = new Map<string, Attempt>();
  readonly #loop: Loop;
  #lastBeat = Number.NEGATIVE_INFINITY;

  constructor(table: JobTable) {
    this.#table = table;
    this.#loop = new Loop(() => this.#turn(), RETRY_DELAY);
  }

  /** Keeps the attempt's lock alive until the attempt ends. */
  hold(attempt: Attempt): void {
    this.#held.set(attempt.lock, attempt);
    attempt.onEnd(() => this.#held.delete(attempt.lock));
    this.#loop.wakeIn(attempt.options.heartbeat);
  }

  async #turn(): Promise<number | undefined> {
    if (this.#held.size === 0) return undefined;
    const interval = Math.min(...[...this.#held.values()].map((attempt) => attempt.options.heartbeat));
    const due = this.#lastBeat + interval - performance.now();
    const beaten = due > 1 || (await this.#beat(interval));
    const endings = this.#abortUntrusted();
    const next = due > 1 ? due : beaten ? interval : RETRY_DELAY;
    return this.#held.size === 0 ? undefined : Math.min(next, ...endings);
  }

  async #beat(interval: number): Promise<boolean> {
    const leases = new Map([...this.#held].map(([lock, attempt]) => [lock, attempt.lease]));
    const attempts = new Map(this.#held);
    const sentAt = attempts.values().next().value!.now();
    const held = leases.size;
    try {
      // Bounded: on a connection that was cut silently the answer would never come.
      const patience = Math.max(interval, RETRY_DELAY);
      const beat = await serviceConnection(this.#table.dataSource).use((client) =>
        withTimeout(this.#renew(client, leases), patience, () => new Error(`no answer within ${patience} ms`)),
      );
      this.#lastBeat = performance.now();
      for (const lock of beat.renewed) attempts.get(lock)?.renewed(sentAt, leases.get(lock)!);
      for (const [lock, error] of beat.lost) {
        const attempt = attempts.get(lock)!;
        // Its own outcome takes the lock away too.
        if (!attempt.settling) attempt.lose(error);
      }
      publish("typeorm-jobs:heartbeat", {
        type: "sent",
        jobClass: this.#table.name,
        held,
        renewed: beat.renewed.length,
        lost: beat.lost.length,
      });
      return true;
    } catch (error) {
      publish("typeorm-jobs:heartbeat", { type: "failed", jobClass: this.#table.name, held, error });
      return false;
    }
  }

  async #renew(client: OwnClient, leases: ReadonlyMap<string, number>) {
    const { renewed, lost } = await renewLocks(this.#table, client, leases);
    const errors: [string, Error][] = [];
    for (const lock of lost) {
      const attempt = this.#held.get(lock);
      if (!attempt || attempt.settling) continue;
      const standing = await readStanding(this.#table, client, attempt.key);
      const context = this.#table.context(attempt.key);
      const cancelled = standing?.reason === REASON.cancelled;
      errors.push([lock, cancelled ? new JobCancelledError(context) : new JobLockLostError(context)]);
    }
    return { renewed, lost: errors };
  }

  /** When trust in a lock ends its signal aborts. Answers when the next ones end, in milliseconds. */
  #abortUntrusted(): number[] {
    const left: number[] = [];
    for (const attempt of this.#held.values()) {
      if (attempt.settling || attempt.aborted) continue;
      const remaining = attempt.trustLeft();
      if (remaining > 0) left.push(remaining);
      else attempt.abort(new JobLockExpiredError(this.#table.context(attempt.key)));
    }
    return left;
  }
}

/** The heartbeat of a class. */
export function heartbeatOf(table: JobTable): Heartbeat {
  let heartbeat = heartbeats.get(table);
  if (!heartbeat) {
    heartbeat = new Heartbeat(table);
    heartbeats.set(table, heartbeat);
  }
  return heartbeat;
}

function serviceConnection(dataSource: DataSource): ServiceConnection<OwnClient> {
  let connection = connections.get(dataSource);
  if (!connection) {
    const dialect = dialectOf(dataSource);
    connection = new ServiceConnection({
      open: () => dialect.openOwnClient(dataSource, settingsOf(dataSource).connectionTimeout),
      close: dialect.closeOwnClient,
    });
    connections.set(dataSource, connection);
  }
  return connection;
}
