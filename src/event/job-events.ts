import { channel } from "node:diagnostics_channel";
import type { JobKind } from "../status/job-status.js";

/** What every event about one attempt says. */
export interface AttemptEvent {
  /** The class's name. */
  readonly jobClass: string;
  /** The job's key: a scalar for a single primary column, else an object. */
  readonly key: unknown;
  /** The step, where the class has steps. */
  readonly step: string | undefined;
  /** The caller asked for `debug: true`. */
  readonly debug: boolean;
}

/** The start statement is about to be sent. */
export interface AttemptStarting extends AttemptEvent {
  readonly type: "starting";
}

/** The lock was taken: the attempt runs. */
export interface AttemptLocked extends AttemptEvent {
  readonly type: "locked";
  readonly fence: number;
  readonly attempt: number;
  readonly lockUntil: Date | null;
}

/** The start was refused; `error` tells why. */
export interface AttemptRefused extends AttemptEvent {
  readonly type: "refused";
  readonly error: Error;
}

/** An outcome was written. */
export interface AttemptOutcome extends AttemptEvent {
  readonly type: "outcome";
  readonly outcome: "succeed" | "fail" | "ignore" | "release";
  readonly fence: number;
  readonly attempt: number;
  /** The status as written. */
  readonly status: number;
  readonly kind: JobKind | undefined;
  readonly reason: string | null;
  /** From start to outcome, in milliseconds, by the client's monotonic clock. */
  readonly duration: number;
  /** What was thrown, for fail and ignore. */
  readonly error?: unknown;
}

/** An outcome could not be written; the row is as it was, and expiry cleans up. */
export interface AttemptUnsettled extends AttemptEvent {
  readonly type: "unsettled";
  readonly outcome: "succeed" | "fail" | "ignore" | "release";
  readonly fence: number;
  readonly error: unknown;
}

/** `job.signal` was aborted before an outcome. */
export interface AttemptAborted extends AttemptEvent {
  readonly type: "aborted";
  readonly fence: number;
  readonly reason: unknown;
}

/** A heartbeat was sent for the held locks of one class. */
export interface HeartbeatSent {
  readonly type: "sent";
  readonly jobClass: string;
  readonly held: number;
  readonly renewed: number;
  readonly lost: number;
}

/** A heartbeat could not be sent; the next one tries again on a new connection. */
export interface HeartbeatFailed {
  readonly type: "failed";
  readonly jobClass: string;
  readonly held: number;
  readonly error: unknown;
}

/** `rescue()` ended expired attempts. */
export interface Rescued {
  readonly jobClass: string;
  readonly count: number;
}

/**
 * The one map of all events. Each is published on the `node:diagnostics_channel` of its name; a subscriber costs nothing when
 * there is none. Subscribers run synchronously and must not throw.
 *
 * @example
 * import { subscribe } from "node:diagnostics_channel";
 * subscribe("typeorm-jobs:attempt", (message) => {
 *   const event = message as JobEvents["typeorm-jobs:attempt"];
 *   if (event.type === "outcome") metrics.count(event.jobClass, event.outcome);
 * });
 */
export interface JobEvents {
  "typeorm-jobs:attempt": AttemptStarting | AttemptLocked | AttemptRefused | AttemptOutcome | AttemptUnsettled | AttemptAborted;
  "typeorm-jobs:heartbeat": HeartbeatSent | HeartbeatFailed;
  "typeorm-jobs:rescue": Rescued;
}

const channels = {
  "typeorm-jobs:attempt": channel("typeorm-jobs:attempt"),
  "typeorm-jobs:heartbeat": channel("typeorm-jobs:heartbeat"),
  "typeorm-jobs:rescue": channel("typeorm-jobs:rescue"),
} satisfies Record<keyof JobEvents, unknown>;

/** Whether somebody listens: building a message is skipped otherwise. */
export function observed(name: keyof JobEvents): boolean {
  return channels[name].hasSubscribers;
}

/** Publishes one event to whoever listens. */
export function publish<Name extends keyof JobEvents>(name: Name, message: JobEvents[Name]): void {
  channels[name].publish(message);
}
