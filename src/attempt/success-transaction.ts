import { QueryFailedError, type QueryRunner } from "typeorm";
import type { Client, Row } from "../dialect/index.js";
import { executeOn } from "../store/execute.js";
import type { OutcomeStatement } from "../store/outcome.js";
import { settingsOf } from "../store/settings.js";
import { withAmbient } from "../store/transaction.js";
import type { JobTable } from "../table/job-table.js";
import type { WriteCallback } from "./updates.js";
import { judge, WriteError } from "./write-error.js";

/** What one transaction of a success does. */
export interface SuccessTransaction {
  readonly table: JobTable;
  readonly outcome: OutcomeStatement;
  readonly guard: Readonly<Record<string, unknown>>;
  readonly writes: readonly WriteCallback[];
  /** Throws when the lock was found lost meanwhile, whatever user code caught. */
  check(): void;
}

/** The guarded statement first, then the user's writes, then COMMIT. Undefined: the lock is lost, and all is rolled back. */
export async function commitWithWrites(success: SuccessTransaction): Promise<Row | undefined> {
  const { table, writes } = success;
  const runner = table.dataSource.createQueryRunner();
  try {
    const client = await table.dialect.connectRunner(runner, settingsOf(table.dataSource).connectionTimeout);
    await runner.startTransaction();
    const [row] = await executeOn(table, client, success.outcome.statement, { ...success.outcome.bindings, ...success.guard });
    if (!row) return await rollBack(runner);
    for (const write of writes) await runWrite(table, runner, write);
    success.check();
    await verifyOpen(table, runner, client);
    await commit(table, runner);
    return row;
  } catch (error) {
    await rollBack(runner);
    throw judge(table, error);
  } finally {
    await runner.release();
  }
}

async function runWrite(table: JobTable, runner: QueryRunner, write: WriteCallback): Promise<void> {
  try {
    await withAmbient(runner.manager, () => write(runner.manager));
  } catch (error) {
    // A broken connection of ours shows in the runner, which releases it. An ECONNRESET of the user's own is just an error.
    if (runner.isReleased) throw new WriteError("doubt", error);
    if (error instanceof QueryFailedError) throw judge(table, error);
    throw new WriteError("final", error);
  }
}

/**
 * COMMIT of a transaction that a failed statement has aborted answers ROLLBACK, and no error: a callback that caught the
 * statement's error would make a job succeed whose writes are gone.
 */
async function verifyOpen(table: JobTable, runner: QueryRunner, client: Client): Promise<void> {
  const status = client.getTransactionStatus?.();
  if (status === "T") return;
  if (status === "I" || !runner.isTransactionActive) {
    throw new WriteError(
      "doubt",
      new Error("a write callback ended the job's transaction: leave COMMIT and ROLLBACK to the library"),
    );
  }
  if (status === "E") {
    throw new WriteError(
      "final",
      new Error("a statement of a write callback failed and its error was caught: the transaction is aborted"),
    );
  }
  await executeOn(table, client, PROBE, {}); // a driver that doesn't tell: the server refuses any statement of an aborted transaction
}

const PROBE = { name: "tj_probe", text: "SELECT 1", params: [] };

async function commit(table: JobTable, runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    // An error that the server gave to COMMIT is its word that nothing was committed. Anything else (the connection, a
    // subscriber that threw after it) leaves it open.
    const refused = error instanceof QueryFailedError && !table.dialect.isConnectionLost(error);
    throw refused ? judge(table, error) : new WriteError("doubt", error);
  }
}

async function rollBack(runner: QueryRunner): Promise<undefined> {
  if (!runner.isTransactionActive || runner.isReleased) return;
  await runner.rollbackTransaction().catch(() => {}); // a dead connection rolls back by itself; the cause matters
}
