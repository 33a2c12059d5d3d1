/** What the tests of the heartbeat share: entities with short leases, and ears on the library's events. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { JobEvents } from "../../src/index.js";
import { type ProxyRequest, runs } from "../support/proxy-request.js";
import type { TestSchema } from "../support/schema.js";
import { until } from "../support/until.js";

/** Collects the events of a channel; stops listening at the end of the test. */
export function listen<Name extends keyof JobEvents>(channel: Name): JobEvents[Name][] {
  const heard: JobEvents[Name][] = [];
  const ear = (message: unknown) => heard.push(message as JobEvents[Name]);
  subscribe(channel, ear);
  ears.push(() => unsubscribe(channel, ear));
  return heard;
}

const ears: (() => void)[] = [];

afterEach(() => {
  for (const stop of ears.splice(0)) stop();
});

/** Waits until `count` more heartbeats were sent than have been heard. */
export async function beats(heard: readonly JobEvents["typeorm-jobs:heartbeat"][], count: number): Promise<void> {
  const sent = () => heard.filter(({ type }) => type === "sent").length;
  const enough = sent() + count;
  await until(() => sent() >= enough, { what: `${count} heartbeats`, timeout: 20_000 });
}

/** Waits until the signal aborts; answers its reason. */
export async function aborted(signal: AbortSignal): Promise<Error> {
  await until(() => signal.aborted, { what: "the signal to abort", timeout: 10_000 });
  return signal.reason as Error;
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("the promise was expected to reject");
}

/** How the lock of a row stands, by the database's clock. */
export interface Lease {
  readonly lock: string | null;
  readonly status: number;
  readonly reason: string | null;
  /** Milliseconds from when the lock was taken until it expires; grows with each heartbeat. */
  readonly length: number;
  /** Milliseconds until the lock expires. */
  readonly left: number;
}

/** The lease of a job. */
export async function leaseOf(schema: TestSchema, table: string, id: string): Promise<Lease> {
  const [row] = await schema.sql<Lease & { id: string }>(
    `SELECT lock, status, reason,
            (extract(epoch FROM lock_until - lock_at) * 1000)::float8 AS length,
            (extract(epoch FROM lock_until - clock_timestamp()) * 1000)::float8 AS left
       FROM ${table} WHERE id = $1`,
    [id],
  );
  if (!row) throw new Error(`no job ${id} in ${table}`);
  return row;
}

/** How many backends the server has for an application. */
export async function backends(schema: TestSchema, application: string): Promise<number[]> {
  const rows = await schema.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE application_name = $1", [application]);
  return rows.map(({ pid }) => pid);
}

/** Whether a request through a proxy is a heartbeat. */
export function isBeat(request: ProxyRequest): boolean {
  return runs(request, "renewed");
}

/** Whether it is the message that opens a connection: it runs nothing. */
export function isOpening(request: ProxyRequest): boolean {
  return request.sql.length === 0 && request.names.length === 0 && request.bytes[0] === 0;
}
