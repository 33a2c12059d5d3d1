import { QueryFailedError, type QueryRunner } from "typeorm";
import type { Client, Row } from "../dialect/index.js";
import { executeOn } from "../store/execute.js";
import type { OutcomeStatement } from "../store/outcome.js";
import { settingsOf } from "../store/settings.js";
import { withAmbient } from "../store/transaction.js";
import type { JobTable } from "../table/job-table.js";
import { isA } from "../util/is-a.js";
import { withTimeout } from "../util/with-timeout.js";
import type { Attempt } from "./attempt.js";
import type { WriteCallback } from "./updates.js";
import { judge, type Verdict, WriteError } from "./write-error.js";

/** The guarded statement first, then the user's writes, then COMMIT. Undefined: the lock is lost, and all is rolled back. */
export async function commitWithWrites(attempt: Attempt, { statement, bindings }: OutcomeStatement): Promise<Row | undefined> {
  const { table, updates } = attempt;
  const runner = table.dataSource.createQueryRunner();
  // Not in the try: a runner that was released before it has its connection never gives that back.
  const client = await table.dialect.connectRunner(runner, settingsOf(table.dataSource).connectionTimeout);
  try {
    await runner.startTransaction();
    const [row] = await executeOn(table, client, statement, bindings);
    if (!row) return await rollBack(runner);
    await runWrites(table, runner, client, updates.writes);
    if (attempt.lost) return await rollBack(runner);
    await verifyOpen(table, client);
    await commit(table, runner);
    return row;
  } catch (error) {
    await rollBack(runner);
    throw judge(table, error);
  } finally {
    await runner.release();
  }
}

async function runWrites(
  table: JobTable,
  runner: QueryRunner,
  client: Client,
  writes: readonly WriteCallback[],
): Promise<void> {
  const transaction = table.dialect.watchTransaction(client);
  try {
    for (const write of writes) await runWrite(table, runner, client, write);
  } finally {
    transaction.stop();
  }
  if (!transaction.hasEnded() && runner.isTransactionActive) return;
  const why = "a write callback ended the job's transaction: leave COMMIT and ROLLBACK to the library";
  throw new WriteError("ended", new Error(why));
}

async function runWrite(table: JobTable, runner: QueryRunner, client: Client, write: WriteCallback): Promise<void> {
  try {
    await withAmbient(runner.manager, () => write(runner.manager));
  } catch (error) {
    throw new WriteError(await verdictOn(table, runner, client, error), error);
  }
}

/** What an error that a callback threw says of the transaction: user code may have wrapped what the database said. */
async function verdictOn(table: JobTable, runner: QueryRunner, client: Client, thrown: unknown): Promise<Verdict> {
  if (runner.isReleased) return "doubt"; // as TypeORM does with a connection that broke
  const errors = causesOf(thrown);
  if (errors.some((error) => error instanceof QueryFailedError && table.dialect.isRetryable(error))) return "again";
  if (!errors.some((error) => table.dialect.isConnectionLost(error))) return "final";
  // The connection lost may be one of the user's own, to whatever: ours tells by answering.
  return (await answers(table, client)) ? "final" : "doubt";
}

function causesOf(thrown: unknown): unknown[] {
  const errors: unknown[] = [];
  for (let error = thrown; isA(error, Error) && errors.length < MAX_CAUSES; error = error.cause) errors.push(error);
  return errors;
}

async function answers(table: JobTable, client: Client): Promise<boolean> {
  try {
    await withTimeout(executeOn(table, client, table.dialect.PROBE, {}), PROBE_PATIENCE, () => new Error("no answer"));
    return true;
  } catch (error) {
    return error instanceof QueryFailedError && !table.dialect.isConnectionLost(error); // an aborted transaction refuses, and so answers
  }
}

/**
 * COMMIT of a transaction that a failed statement has aborted answers ROLLBACK, and no error: a callback that caught the
 * statement's error would make a job succeed whose writes are gone.
 */
async function verifyOpen(table: JobTable, client: Client): Promise<void> {
  // A statement's error comes before the status that follows from it: one that the server refuses now brings the status too.
  if (table.dialect.isAborted(client) === undefined) await probeOpen(table, client);
  if (table.dialect.isAborted(client)) throw aborted();
}

/** The server refuses any statement of an aborted transaction. */
async function probeOpen(table: JobTable, client: Client): Promise<void> {
  try {
    await executeOn(table, client, table.dialect.PROBE, {});
  } catch (error) {
    const judged = judge(table, error);
    throw judged.verdict === "final" ? aborted(error) : judged;
  }
}

function aborted(cause?: unknown): WriteError {
  const why = "a statement of a write callback failed and its error was caught: the transaction is aborted";
  return new WriteError("final", new Error(why, cause === undefined ? undefined : { cause }));
}

/** A chain of causes that is longer is endless. */
const MAX_CAUSES = 100;
/** How long, in milliseconds, a connection may take to show that it lives. */
const PROBE_PATIENCE = 5_000;

async function commit(table: JobTable, runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    // An error that the server gave to COMMIT is its word that nothing was committed. Anything else (the connection, a
    // subscriber that threw after it) leaves it open.
    const refused = error instanceof QueryFailedError && !table.dialect.isConnectionLost(error);
    throw refused ? judge(table, error) : new WriteError("doubt", error);
  }
  // Inside a transaction that a callback has begun and left open, TypeORM's commit is only the end of a savepoint.
  if (runner.isTransactionActive) {
    throw new WriteError("final", new Error("a write callback left a transaction of its own open: await what it starts"));
  }
}

async function rollBack(runner: QueryRunner): Promise<undefined> {
  try {
    // Again for each transaction that a callback has left open: those are savepoints.
    while (runner.isTransactionActive && !runner.isReleased) await runner.rollbackTransaction();
  } catch {
    // A dead connection rolls back by itself; the cause matters.
  }
}
