import type { SqlTable } from "../sql-table.js";
import type { Statement } from "../statement.js";
import {
  type Backoff,
  backoffDelay,
  CLOCK,
  errorsAppended,
  ISO_NOW,
  keyIs,
  milliseconds,
  type SetColumn,
  touched,
  unlocked,
  where,
} from "./fragments.js";
import { Params } from "./params.js";

/**
 * Success: params key0…, lock, and value0… for `columns`.
 * A step with a successor makes the row due again.
 */
export function succeed(table: SqlTable, succeeded: number, hasNext: boolean, columns: readonly SetColumn[]): Statement {
  const params = new Params();
  const { reason, runAt, retry, finishedAt } = table.col;
  const sets = [
    `${reason} = NULL`,
    `${runAt} = ${hasNext ? CLOCK : "NULL"}`,
    `${retry} = 0`,
    `${finishedAt} = ${CLOCK}`,
    ...columns.map((column, index) => `${column.name} = ${column.value(params.$(`value${index}`))}`),
  ];
  return guarded(table, params, `${succeeded}`, sets, [...table.changed, ...columns.map((column) => column.name)]);
}

/** Failure: params key0…, lock, record, reason, maxAttempts, delay (ms, or null for the policy's backoff). */
export function fail(
  table: SqlTable,
  codes: { readonly failed: number; readonly ignored: number },
  backoff: Backoff,
  maxErrors: number,
): Statement {
  const params = new Params();
  const { reason, runAt, retry, errors, finishedAt } = table.col;
  const exhausted = `j.${retry} + 1 >= ${params.$("maxAttempts", "int")}`;
  const delay = `coalesce(${params.$("delay", "float8")}, ${backoffDelay(table, backoff)})`;
  const status = `CASE WHEN ${exhausted} THEN ${codes.ignored} ELSE ${codes.failed} END`;
  return guarded(
    table,
    params,
    status,
    [
      `${reason} = CASE WHEN ${exhausted} THEN 'exhausted' ELSE ${params.$("reason", "varchar")} END`,
      `${runAt} = CASE WHEN ${exhausted} THEN NULL ELSE ${CLOCK} + ${milliseconds(delay)} END`,
      `${retry} = j.${retry} + 1`,
      `${errors} = ${ownRecord(table, params, maxErrors)}`,
      `${finishedAt} = CASE WHEN ${exhausted} THEN ${CLOCK} END`,
    ],
    [...table.changed, errors],
  );
}

/** Ignore: params key0…, lock, record, reason. `retry` stays. */
export function ignore(table: SqlTable, ignored: number, maxErrors: number): Statement {
  const params = new Params();
  const { reason, runAt, errors, finishedAt } = table.col;
  return guarded(
    table,
    params,
    `${ignored}`,
    [
      `${reason} = ${params.$("reason", "varchar")}`,
      `${runAt} = NULL`,
      `${errors} = ${ownRecord(table, params, maxErrors)}`,
      `${finishedAt} = ${CLOCK}`,
    ],
    [...table.changed, errors],
  );
}

/** Release: params key0…, lock, reason, delay (ms). Not counted: `retry` stays. */
export function release(table: SqlTable, pending: number): Statement {
  const params = new Params();
  const { reason, runAt, finishedAt } = table.col;
  return guarded(
    table,
    params,
    `${pending}`,
    [
      `${reason} = ${params.$("reason", "varchar")}`,
      `${runAt} = ${CLOCK} + ${milliseconds(params.$("delay", "float8"))}`,
      `${finishedAt} = NULL`,
    ],
    table.changed,
  );
}

/** The user's record, completed with the database's time. */
function ownRecord(table: SqlTable, params: Params, maxErrors: number): string {
  return errorsAppended(table, `(${params.$("record", "jsonb")} || jsonb_build_object('at', ${ISO_NOW}))`, maxErrors);
}

/** Every outcome names its lock: zero rows mean that the lock is lost, and nothing was written. */
function guarded(
  table: SqlTable,
  params: Params,
  status: string,
  sets: readonly string[],
  returning: readonly string[],
): Statement {
  const { lock, updatedAt } = table.col;
  const all = [`${table.col.status} = ${status}`, ...sets, ...unlocked(table), `${updatedAt} = ${CLOCK}`, ...touched(table)];
  const guard = where(table, keyIs(table, params), `j.${lock} = ${params.$("lock", "uuid")}`);
  return params.statement(
    `UPDATE ${table.path} AS j SET ${all.join(", ")} WHERE ${guard} RETURNING ${[...new Set(returning)].join(", ")}`,
  );
}
