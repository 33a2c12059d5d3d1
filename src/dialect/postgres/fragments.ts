import type { SqlTable } from "../sql-table.js";
import type { Params } from "./params.js";

/** The clock for SET: real time, also late in a long transaction. */
export const CLOCK = "clock_timestamp()";

/** The clock for WHERE: stable within a statement, so an index can use it (the real clock is volatile and can't). */
export const STATEMENT_CLOCK = "statement_timestamp()";

/** `name = $n` for each key column. */
export function keyIs(table: SqlTable, params: Params): string {
  return table.key.map((column, index) => `j.${column} = ${params.$(`key${index}`)}`).join(" AND ");
}

/** The conditions joined, with what the entity itself declares (soft deletion, discriminator); `TRUE` where there is none. */
export function where(table: SqlTable, ...conditions: string[]): string {
  const { deletedAt, discriminator } = table;
  const all = [...conditions];
  if (deletedAt) all.push(`j.${deletedAt} IS NULL`);
  if (discriminator) all.push(`j.${discriminator.column} IN (${discriminator.values.map(literal).join(", ")})`);
  return all.join(" AND ") || "TRUE";
}

/** Assignments that every transition carries: the entity's own version and update-date columns are bumped. */
export function touched(table: SqlTable): string[] {
  const { version, updateDate } = table;
  return [...(version ? [`${version} = j.${version} + 1`] : []), ...(updateDate ? [`${updateDate} = ${CLOCK}`] : [])];
}

/** Assignments that take the lock off. */
export function unlocked(table: SqlTable): string[] {
  const { lock, lockUntil, lockBy } = table.col;
  return [`${lock} = NULL`, `${lockUntil} = NULL`, `${lockBy} = NULL`];
}

/** Columns of the row, for a SELECT, RETURNING or ORDER BY. */
export function columnList(names: readonly string[]): string {
  return names.map((name) => `j.${name}`).join(", ");
}

/** The key columns as key0…: the names of the parameters that find the row again. */
export function keyList(table: SqlTable): string {
  return table.key.map((column, index) => `j.${column} AS key${index}`).join(", ");
}

/** Nobody holds the row: unlocked, or the lock has expired. */
export function free(table: SqlTable): string {
  return `(j.${table.col.lock} IS NULL OR ${expired(table)})`;
}

/** The lock has expired, by database time. One without an expiry was not written by this library. */
export function expired(table: SqlTable): string {
  const { lockUntil } = table.col;
  return `(j.${lockUntil} IS NULL OR j.${lockUntil} <= ${STATEMENT_CLOCK})`;
}

/** Somebody holds the row, by database time. */
export function held(table: SqlTable): string {
  return `(j.${table.col.lock} IS NOT NULL AND j.${table.col.lockUntil} > ${STATEMENT_CLOCK})`;
}

/** A number of milliseconds as an interval. */
export function milliseconds(value: string): string {
  return `(${value}) * interval '1 millisecond'`;
}

/** A CASE over the status, or the one value when all are the same. */
export function byStatus(table: SqlTable, targets: ReadonlyMap<number, number>): string {
  const values = new Set(targets.values());
  if (values.size === 1) return `${[...values][0]}`;
  const branches = [...targets].map(([from, to]) => `WHEN ${from} THEN ${to}`);
  return `CASE j.${table.col.status} ${branches.join(" ")} ELSE j.${table.col.status} END`;
}

/** `IN` with literals: with bound codes a generic plan misses the partial indexes. */
export function statusIn(table: SqlTable, codes: readonly number[]): string {
  if (codes.length === 0) return "FALSE";
  return `j.${table.col.status} IN (${[...new Set(codes)].join(", ")})`;
}

/** Database time as ISO text in UTC, whatever the session's time zone is. */
export const ISO_NOW = `to_char(${CLOCK} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** `errors` with one more record, the oldest dropped beyond `max`. */
export function errorsAppended(table: SqlTable, record: string, max: number): string {
  const errors = `j.${table.col.errors}`;
  if (max === 1) return `jsonb_build_array(${record})`;
  // Lax mode clamps a start before the first element, so a short list stays whole.
  return `jsonb_path_query_array(${errors}, '$[last - ${max - 2} to last]') || jsonb_build_array(${record})`;
}

/** The record of an attempt that somebody else ended: `by`, `fence` and number come from the row itself. */
export function foreignRecord(table: SqlTable, error: string, code: string): string {
  const { retry, fence, lockBy } = table.col;
  return (
    `jsonb_build_object('attempt', j.${retry} + 1, 'fence', j.${fence}, 'at', ${ISO_NOW}, 'by', j.${lockBy}, ` +
    `'error', ${literal(error)}, 'traceback', '', 'code', ${literal(code)})`
  );
}

/** A text literal, for names and texts of ours: what a user gives is always bound. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The backoff of a policy in numbers. */
export interface Backoff {
  readonly initial: number;
  readonly factor: number;
  readonly max: number;
  readonly jitter: number;
}

/** Milliseconds until the next attempt, from the row's own `retry` (failures so far), with the jitter. */
export function backoffDelay(table: SqlTable, backoff: Backoff): string {
  const { initial, factor, max, jitter } = backoff;
  // The exponent is capped where `max` is reached: beyond it power() would overflow.
  const steps = factor > 1 && initial > 0 ? Math.ceil(Math.log(Math.max(max / initial, 1)) / Math.log(factor)) : 0;
  const delay = `least(${max}::float8, ${initial}::float8 * power(${factor}::float8, least(j.${table.col.retry}, ${steps})))`;
  return jitter > 0 ? `${delay} * (1 + ${jitter} * (2 * random() - 1))` : delay;
}

/** The parts of a statement that changes exactly the rows a locking subquery picked. */
export interface Picked {
  /** A WITH clause, or nothing. */
  readonly with: string;
  /** A further relation for FROM or USING, or nothing. */
  readonly relation: string;
  /** The condition that binds it to `j`. */
  readonly match: string;
}

/**
 * Picks rows by a locking subquery that runs once. For one key column it is `= ANY(ARRAY(…))`: an index scan, where a join with a
 * CTE would read the whole table, and `IN (… LIMIT n)` could run again and again and update more than n.
 */
export function picked(table: SqlTable, condition: string, tail: string): Picked {
  const keys = columnList(table.key);
  const select = `SELECT ${keys} FROM ${table.path} AS j WHERE ${condition} ${tail}`;
  if (table.key.length === 1) return { with: "", relation: "", match: `${keys} = ANY(ARRAY(${select}))` };
  const match = table.key.map((column) => `j.${column} = picked.${column}`).join(" AND ");
  return { with: `WITH picked AS MATERIALIZED (${select}) `, relation: "picked", match };
}

/** One column that is set to a bound value. */
export interface SetColumn {
  readonly name: string;
  /** SQL for the value, around its placeholder. */
  readonly value: (placeholder: string) => string;
}
