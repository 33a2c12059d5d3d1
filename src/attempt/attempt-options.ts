import { InvalidOptionError } from "../error/index.js";
import type { JobKind } from "../status/job-status.js";
import type { StatusSelector, Step } from "../status/status-map.js";
import type { NewJob } from "../store/enqueue.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import { asList } from "../util/as-list.js";
import { type Duration, MAX_TIMER, parseDuration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";

/** Options of one start. Library default < `static policy` < these. */
export interface StartOptions<T extends JobRow = JobRow> {
  /** The step to run. Default: the one the row is due for. */
  step?: string;
  /** Further kinds or codes to start from; `retry` begins at 0 there. Default: none. */
  startableFrom?: StatusSelector;
  /** How long the lock lives between heartbeats: milliseconds or text like `"5m"`, at least 100 ms. Default: the policy's. */
  expire?: Duration;
  /** Attempts in a row before the job is ignored, for this call's own failure and take-over. At least 1. Default: the policy's. */
  maxAttempts?: number;
  /** How long the attempt may take: milliseconds or text like `"10m"`; null: no limit. Default: the policy's. */
  timeout?: Duration | null;
  /** Aborts `job.signal` when it aborts. Aborted already: nothing is started. */
  signal?: AbortSignal;
  /** Makes the row when it is missing and starts it, in one statement. Default: a missing row is refused. */
  create?: Omit<NewJob<T>, "id" | "delay" | "runAt">;
  /** Prints the attempt's events to stderr, a line each. Default false. */
  debug?: boolean;
}

/** Options of whatever class: what `create` names is looked up among its columns. */
export type AnyStartOptions = Omit<StartOptions, "create"> & { create?: unknown };

/** The same, checked, with the policy's values filled in; milliseconds. */
export interface AttemptOptions {
  readonly step: Step | undefined;
  readonly startableFrom: readonly (JobKind | number)[];
  readonly expire: number;
  readonly heartbeat: number;
  readonly maxAttempts: number;
  readonly timeout: number | null;
  readonly signal: AbortSignal | undefined;
  readonly create: Readonly<Record<string, unknown>> | undefined;
  readonly debug: boolean;
}

const KNOWN = ["step", "startableFrom", "expire", "maxAttempts", "timeout", "signal", "create", "debug"];

/** @throws InvalidOptionError naming the option, what it takes and what it got */
export function attemptOptions(table: JobTable, options: AnyStartOptions, also: readonly string[] = []): AttemptOptions {
  checkKnown(options, [...KNOWN, ...also], `${table.name} start options`);
  const { step, startableFrom = [], expire, maxAttempts, timeout, signal, create, debug = false } = options;
  const { policy } = table;
  const lease = expire === undefined ? policy.expire : parseDuration("expire", expire, { min: 100, max: MAX_TIMER });
  const from = asList(startableFrom);
  if (from.length > 0) table.statuses.codesOf(from, undefined, "startableFrom");
  if (maxAttempts !== undefined && !(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts < 2 ** 31)) {
    throw new InvalidOptionError("maxAttempts", "a whole number of at least 1", maxAttempts, table.context());
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidOptionError("signal", "an AbortSignal", signal, table.context());
  }
  if (create !== undefined && (typeof create !== "object" || create === null || Array.isArray(create))) {
    throw new InvalidOptionError("create", "an object such as { data }", create, table.context());
  }
  if (typeof debug !== "boolean") throw new InvalidOptionError("debug", "true or false", debug, table.context());
  return {
    step: step === undefined ? undefined : table.statuses.step(step),
    startableFrom: from,
    expire: lease,
    heartbeat: expire === undefined ? policy.heartbeat : Math.min(policy.heartbeat, lease / 3),
    maxAttempts: maxAttempts ?? policy.maxAttempts,
    timeout:
      timeout === undefined
        ? policy.timeout
        : timeout === null
          ? null
          : parseDuration("timeout", timeout, { min: 1, max: MAX_TIMER }),
    signal,
    create: create as Readonly<Record<string, unknown>> | undefined,
    debug,
  };
}
