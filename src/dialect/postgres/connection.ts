import type { DataSource, QueryRunner } from "typeorm";
import { JobConnectionTimeoutError } from "../../error/index.js";
import { withTimeout } from "../../util/with-timeout.js";
import type { Client } from "./client.js";
import { isConnectionLost } from "./errors.js";

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
  readonly idleCount?: number;
  readonly waitingCount?: number;
}

/** What TypeORM's driver offers beyond its public type. */
interface PooledDriver {
  readonly master: Pool | undefined;
  obtainMasterConnection(): Promise<[Client, (error?: Error) => void]>;
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
  const driver = driverOf(dataSource);
  const { idleCount = 0, waitingCount = 1 } = driver.master ?? {};
  const obtaining = driver.obtainMasterConnection();
  // An idle connection that nobody waits for is handed out at once: a timer for that would be a cost of every statement.
  if (idleCount > 0 && waitingCount === 0) return obtaining;
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
