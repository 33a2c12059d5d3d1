import type { SqlTable } from "../sql-table.js";
import type { Statement } from "../statement.js";
import type { Condition } from "./criteria.js";
import {
  type Backoff,
  backoffDelay,
  byStatus,
  CLOCK,
  columnList,
  errorsAppended,
  expired,
  foreignRecord,
  keyList,
  milliseconds,
  picked,
  statusIn,
  touched,
  unlocked,
  where,
} from "./fragments.js";
import { LOST } from "./start.js";

/** What a cancelled running attempt leaves in `errors`. */
const CANCELLED = "JobCancelledError: cancelled by an operator";

/** Whether a statement skips rows that others hold, or waits for its one row. */
export type Waiting = "skip" | "wait";

/** Failed, ignored (and named succeeded) jobs back to pending, retry 0, due now. `targets`: code → pending code. */
export function rerun(
  table: SqlTable,
  condition: Condition,
  targets: ReadonlyMap<number, number>,
  waiting: Waiting,
): Statement {
  const { status, reason, runAt, retry, finishedAt } = table.col;
  const sets = [
    `${status} = ${byStatus(table, targets)}`,
    `${reason} = NULL`,
    `${runAt} = ${CLOCK}`,
    `${retry} = 0`,
    `${finishedAt} = NULL`,
  ];
  return transition(table, condition, [statusIn(table, [...targets.keys()])], sets, waiting);
}

/** Waiting and running jobs to ignored, reason cancelled; a running attempt loses its lock and gets a record. */
export function cancel(
  table: SqlTable,
  condition: Condition,
  targets: ReadonlyMap<number, number>,
  maxErrors: number,
  waiting: Waiting,
): Statement {
  const { status, reason, runAt, lock, errors, finishedAt } = table.col;
  const appended = errorsAppended(table, foreignRecord(table, CANCELLED, "cancelled"), maxErrors);
  const sets = [
    `${status} = ${byStatus(table, targets)}`,
    `${reason} = 'cancelled'`,
    `${runAt} = NULL`,
    `${errors} = CASE WHEN j.${lock} IS NULL THEN j.${errors} ELSE ${appended} END`,
    ...unlocked(table),
    `${finishedAt} = ${CLOCK}`,
  ];
  return transition(table, condition, [statusIn(table, [...targets.keys()])], sets, waiting);
}

/** Makes waiting jobs due. Params: those of the condition, delay (ms). */
export function schedule(table: SqlTable, condition: Condition, waitingCodes: readonly number[], waiting: Waiting): Statement {
  const delay = milliseconds(condition.params.$("delay", "float8"));
  return transition(table, condition, [statusIn(table, waitingCodes)], [`${table.col.runAt} = ${CLOCK} + ${delay}`], waiting);
}

/** Ends expired attempts: failed with backoff, or ignored when none are left. `codes` by in-progress code. */
export function rescue(
  table: SqlTable,
  condition: Condition,
  failed: ReadonlyMap<number, number>,
  ignored: ReadonlyMap<number, number>,
  policy: { readonly maxAttempts: number; readonly maxErrors: number; readonly backoff: Backoff },
): Statement {
  const { status, reason, runAt, retry, errors, finishedAt } = table.col;
  const exhausted = `j.${retry} + 1 >= ${policy.maxAttempts}`;
  const delay = milliseconds(backoffDelay(table, policy.backoff));
  const sets = [
    `${status} = CASE WHEN ${exhausted} THEN ${byStatus(table, ignored)} ELSE ${byStatus(table, failed)} END`,
    `${reason} = CASE WHEN ${exhausted} THEN 'exhausted' ELSE 'lock_expired' END`,
    `${runAt} = CASE WHEN ${exhausted} THEN NULL ELSE ${CLOCK} + ${delay} END`,
    `${retry} = j.${retry} + 1`,
    `${errors} = ${errorsAppended(table, foreignRecord(table, LOST, "lock_expired"), policy.maxErrors)}`,
    ...unlocked(table),
    `${finishedAt} = CASE WHEN ${exhausted} THEN ${CLOCK} END`,
  ];
  return transition(table, condition, [statusIn(table, [...failed.keys()]), expired(table)], sets, "skip");
}

/** Deletes up to `limit` rows of one status that nobody holds, the oldest first: without an order the planner would read the table. */
export function purge(table: SqlTable, condition: Condition, code: number, limit: number): Statement {
  const unheld = `j.${table.col.lock} IS NULL`;
  const rows = picked(
    table,
    where(table, statusIn(table, [code]), unheld, ...condition.conditions),
    `ORDER BY j.${table.col.updatedAt} LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
  );
  const using = rows.relation ? `USING ${rows.relation} ` : "";
  return condition.params.statement(
    `${rows.with}DELETE FROM ${table.path} AS j ${using}WHERE ${rows.match} RETURNING ${keyList(table)}`,
  );
}

/** A transition by an operator. Several rows: held ones are skipped. One row: it may wait, since it holds nothing else. */
function transition(
  table: SqlTable,
  condition: Condition,
  conditions: readonly string[],
  sets: readonly string[],
  waiting: Waiting,
): Statement {
  const all = [...sets, `${table.col.updatedAt} = ${CLOCK}`, ...touched(table)].join(", ");
  const matching = where(table, ...conditions, ...condition.conditions);
  if (waiting === "wait") {
    return condition.params.statement(`UPDATE ${table.path} AS j SET ${all} WHERE ${matching} RETURNING ${keyList(table)}`);
  }
  const order = `ORDER BY ${columnList(table.key)}`;
  // As weak as the UPDATE itself: rows that foreign keys only refer to are not held.
  const rows = picked(table, matching, `${order} FOR NO KEY UPDATE SKIP LOCKED`);
  const from = rows.relation ? `FROM ${rows.relation} ` : "";
  return condition.params.statement(
    `${rows.with}UPDATE ${table.path} AS j SET ${all} ${from}WHERE ${rows.match} RETURNING ${keyList(table)}`,
  );
}
