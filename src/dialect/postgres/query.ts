import type { SqlTable } from "../sql-table.js";
import type { Statement } from "../statement.js";
import type { Condition } from "./criteria.js";
import { columnList, free, held, keyList, statusIn, where } from "./fragments.js";

/**
 * Jobs by status, in the order of the last change. One branch per code, each with its own LIMIT: an index gives each branch in
 * order, while `status IN (…) ORDER BY` would sort every matching row, a million finished ones included.
 */
export function findByStatus(
  table: SqlTable,
  condition: Condition,
  codes: readonly number[],
  order: "oldest" | "newest",
  limit: number,
): Statement {
  const direction = order === "oldest" ? "ASC" : "DESC";
  const sorting = [table.col.updatedAt, ...table.key].map((column) => `j.${column} ${direction}`).join(", ");
  const tail = `ORDER BY ${sorting} LIMIT ${limit}`;
  const branches = codes.map(
    (code) =>
      `(SELECT ${columnList(table.read)} FROM ${table.path} AS j WHERE ${where(table, statusIn(table, [code]), ...condition.conditions)} ${tail})`,
  );
  const text = branches.length === 1 ? branches[0]! : `SELECT * FROM (${branches.join(" UNION ALL ")}) AS j ${tail}`;
  return condition.params.statement(text);
}

/** Running jobs whose lock lives, or has expired, longest-held first. */
export function findLocked(
  table: SqlTable,
  condition: Condition,
  running: readonly number[],
  lock: "live" | "expired",
): Statement {
  const state = lock === "live" ? held(table) : free(table);
  return condition.params.statement(
    `SELECT ${columnList(table.read)} FROM ${table.path} AS j WHERE ${where(table, statusIn(table, running), state, ...condition.conditions)} ` +
      `ORDER BY ${columnList([table.col.lockAt, ...table.key])}`,
  );
}

/** Keys of the rows that match, in key order. */
export function matchingKeys(table: SqlTable, condition: Condition, codes: readonly number[]): Statement {
  return condition.params.statement(
    `SELECT ${keyList(table)} FROM ${table.path} AS j ` +
      `WHERE ${where(table, statusIn(table, codes), ...condition.conditions)} ORDER BY ${columnList(table.key)}`,
  );
}

/** Rows by status, or by status and reason. */
export function count(table: SqlTable, condition: Condition, by: "status" | "reason"): Statement {
  const group = by === "status" ? `j.${table.col.status}` : `j.${table.col.status}, j.${table.col.reason}`;
  const reason = by === "status" ? "NULL" : `j.${table.col.reason}`;
  return condition.params.statement(
    `SELECT j.${table.col.status} AS status, ${reason} AS reason, count(*) AS count FROM ${table.path} AS j ` +
      `WHERE ${where(table, ...condition.conditions)} GROUP BY ${group}`,
  );
}
