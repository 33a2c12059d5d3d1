import type { EntityManager } from "typeorm";
import type { Bindings, Client, Row, Statement } from "../dialect/index.js";
import type { JobTable } from "../table/job-table.js";
import { settingsOf } from "./settings.js";
import { openTransaction } from "./transaction.js";

/** Sends a statement in the caller's transaction where there is one, else on a connection of the pool, where it commits by itself. */
export async function execute(
  table: JobTable,
  statement: Statement,
  bindings: Bindings,
  manager?: EntityManager,
): Promise<Row[]> {
  const open = openTransaction(table.dataSource, manager) ?? (hasConnection(manager) ? manager : undefined);
  if (!open) return executeAgain(table, statement, bindings);
  const client = (await open.queryRunner!.connect()) as Client;
  return executeOn(table, client, statement, bindings);
}

/** A manager with a query runner holds a connection: waiting for a second one would hang where the pool has no more. */
function hasConnection(manager: EntityManager | undefined): manager is EntityManager {
  return manager?.queryRunner !== undefined && !manager.queryRunner.isReleased;
}

/** Sends a statement on a connection of the pool, whatever transaction is open around the call. */
export function executeAlone(table: JobTable, statement: Statement, bindings: Bindings): Promise<Row[]> {
  const { connectionTimeout } = settingsOf(table.dataSource);
  return table.dialect.withConnection(table.dataSource, connectionTimeout, (client) =>
    executeOn(table, client, statement, bindings),
  );
}

/** How often a statement that commits by itself is sent. */
const TRIES = 5;

/**
 * As `executeAlone`, again where the database asks for it: of a statement that it refused nothing was done. Under a stricter isolation
 * than "read committed" that is how a row that somebody else has just changed looks.
 */
export async function executeAgain(table: JobTable, statement: Statement, bindings: Bindings): Promise<Row[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await executeAlone(table, statement, bindings);
    } catch (error) {
      if (tries >= TRIES || !table.dialect.isRetryable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** tries));
    }
  }
}

/** Sends a statement on this connection. */
export function executeOn(table: JobTable, client: Client, statement: Statement, bindings: Bindings): Promise<Row[]> {
  return table.dialect.send(table.dataSource, client, statement, bindings, settingsOf(table.dataSource));
}

/** Runs `work` in the caller's transaction where there is one, else in one of its own. */
export async function inTransaction<T>(
  table: JobTable,
  manager: EntityManager | undefined,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const { dataSource, dialect } = table;
  const open = openTransaction(dataSource, manager);
  if (open) return work(open);
  if (hasConnection(manager)) return manager.transaction(work);
  const runner = dataSource.createQueryRunner();
  // Not in the try: a runner that was released before it has its connection never gives that back.
  await dialect.connectRunner(runner, settingsOf(dataSource).connectionTimeout);
  try {
    await runner.startTransaction();
    const result = await work(runner.manager);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive && !runner.isReleased) await runner.rollbackTransaction().catch(() => {}); // the cause matters
    throw error;
  } finally {
    await runner.release();
  }
}
