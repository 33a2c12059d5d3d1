import { type DataSource, QueryFailedError, type QueryRunner } from "typeorm";
import { JobConnectionTimeoutError } from "../../error/index.js";
import { withTimeout } from "../../util/with-timeout.js";
import { type Bindings, bound, type Statement } from "../statement.js";

/** A row as the driver gives it, by column name. */
export type Row = Record<string, unknown>;

/** The part of a pg client that the library uses. */
export interface Client {
  query(query: { name?: string; text: string; values: unknown[] }): Promise<{ rows: Row[]; command: string }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** pg 8.18 and newer: `I`dle, in `T`ransaction, or in a failed transaction (`E`). */
  getTransactionStatus?(): string | null;
  /** False while an answer is still on its way: the transaction status is that of before then. */
  readonly readyForQuery?: boolean;
  readonly connection?: ClientConnection;
}

/** The protocol under a pg client. */
interface ClientConnection {
  readonly stream?: { destroy(): void };
  on?(event: "readyForQuery", listener: (message: { status?: string }) => void): unknown;
  removeListener?(event: "readyForQuery", listener: (message: { status?: string }) => void): unknown;
}

/** A client made by us, outside the pool. */
export interface OwnClient extends Client {
  connect(): Promise<void>;
  end(): Promise<void>;
  unref?(): void;
}

/** A pool as pg gives it, with what it was made from. */
interface Pool {
  readonly Client: new (options: object) => OwnClient;
  readonly options: object;
}

/** What TypeORM's driver offers beyond its public type. */
interface PooledDriver {
  readonly master: Pool | undefined;
  obtainMasterConnection(): Promise<[Client, (error?: Error) => void]>;
}

/** How statements are sent. */
export interface SendOptions {
  /** Named prepared statements: parsed once per connection. Off behind a pooler that shares server connections. */
  readonly preparedStatements: boolean;
}

/** Sends one statement on a client and answers its rows, logged and with errors as TypeORM has them. */
export async function send(
  dataSource: DataSource,
  client: Client,
  statement: Statement,
  bindings: Bindings,
  options: SendOptions,
): Promise<Row[]> {
  const values = bound(statement, bindings);
  dataSource.logger.logQuery(statement.text, values);
  try {
    const { text } = statement;
    const { rows } = await client.query(options.preparedStatements ? { name: statement.name, text, values } : { text, values });
    return rows;
  } catch (error) {
    dataSource.logger.logQueryError(error as Error, statement.text, values);
    throw new QueryFailedError(statement.text, values, error as Error);
  }
}

/**
 * Watches whether the transaction that is open on a client ends: the status afterwards doesn't tell when another was begun.
 * A driver that doesn't show its protocol isn't watched.
 */
export function watchTransaction(client: Client): { hasEnded(): boolean; stop(): void } {
  let ended = false;
  const onReady = ({ status }: { status?: string }) => {
    ended ||= status === "I";
  };
  client.connection?.on?.("readyForQuery", onReady);
  return { hasEnded: () => ended, stop: () => client.connection?.removeListener?.("readyForQuery", onReady) };
}

/** Runs `work` on a connection of the pool. A connection that broke is not given back. */
export async function withConnection<T>(
  dataSource: DataSource,
  timeout: number,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const [client, release] = await obtain(dataSource, timeout);
  let broken: Error | undefined;
  // A checked-out client has no listener of the pool: without one a lost connection would end the process.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on("error", onError);
  try {
    return await work(client);
  } catch (error) {
    if (isConnectionLost(error)) broken ??= error as Error;
    throw error;
  } finally {
    client.removeListener("error", onError);
    release(broken);
  }
}

/** Connects a query runner within `timeout`, for the transactions that user code takes part in. */
export async function connectRunner(runner: QueryRunner, timeout: number): Promise<Client> {
  const connecting: Promise<Client> = runner.connect();
  return withTimeout(
    connecting,
    timeout,
    () => new JobConnectionTimeoutError({ waited: timeout }),
    () => void runner.release(),
  );
}

/** A connection of our own, outside the pool, with the same settings. */
export async function openOwnClient(dataSource: DataSource, timeout: number): Promise<OwnClient> {
  const pool = driverOf(dataSource).master;
  if (!pool) throw new Error(`the DataSource is not initialised`);
  const client = new pool.Client(pool.options);
  client.on("error", () => {}); // the next statement fails and says so
  // Heartbeats alone must not keep a process alive.
  client.unref?.();
  await withTimeout(client.connect(), timeout, () => {
    client.connection?.stream?.destroy(); // a server that doesn't answer would keep the socket open for ever
    return new JobConnectionTimeoutError({ waited: timeout });
  });
  client.unref?.(); // TLS has put another socket in its place
  return client;
}

/** Closes a connection of our own; one that doesn't answer any more is cut. */
export async function closeOwnClient(client: OwnClient): Promise<void> {
  const cut = setTimeout(() => client.connection?.stream?.destroy(), 1_000);
  cut.unref();
  await client.end();
  clearTimeout(cut);
}

async function obtain(dataSource: DataSource, timeout: number) {
  const obtaining = driverOf(dataSource).obtainMasterConnection();
  return withTimeout(
    obtaining,
    timeout,
    () => new JobConnectionTimeoutError({ waited: timeout }),
    ([, release]) => release(),
  );
}

function driverOf(dataSource: DataSource): PooledDriver {
  return dataSource.driver as unknown as PooledDriver;
}

const LOST_MESSAGES = /connection (terminated|error|ended)|client (was closed|has encountered)|not queryable|already released/i;
const LOST_CODES = new Set(["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"]);

/** The connection is gone, or could not be had: what was sent may have been done or not. */
export function isConnectionLost(error: unknown): boolean {
  const code = errorCode(error);
  // 08: connection exceptions; 57P01-57P03: the server shuts down, crashed or is starting; 57P05: idle session ended.
  if (code && /^(08...|57P0[1235])$/.test(code)) return true;
  if (code && LOST_CODES.has(code)) return true;
  return error instanceof Error && LOST_MESSAGES.test(error.message);
}

/** Serialization failure or deadlock: the same transaction may succeed when it is tried again. */
export function isRetryable(error: unknown): boolean {
  const code = errorCode(error);
  return code === "40001" || code === "40P01";
}

/** The key of a duplicate in the columns named, if that is what the error says. */
export function duplicateOf(error: unknown, columns: readonly string[]): string | undefined {
  if (errorCode(error) !== "23505") return undefined;
  const detail = (error as QueryFailedError<Error & { detail?: string }>).driverError?.detail;
  const match = /\((.*?)\)=\((.*)\)/s.exec(detail ?? "");
  if (!match) return undefined;
  const named = match[1]!.split(", ").map((column) => column.replaceAll('"', ""));
  return named.join() === columns.map((column) => column.replaceAll('"', "")).join() ? match[2]! : undefined;
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as { code?: unknown }).code ?? (error as QueryFailedError<Error & { code?: unknown }>).driverError?.code;
  return typeof code === "string" ? code : undefined;
}
