import type { SqlTable } from "../sql-table.js";
import type { Statement } from "../statement.js";
import type { Condition } from "./criteria.js";
import { free, held, statusIn, where } from "./fragments.js";

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
  const by = ["updatedAt" as const].map((column) => `j.${table.col[column]}`);
  const sorting = [...by, ...table.key.map((column) => `j.${column}`)].map((column) => `${column} ${direction}`).join(", ");
  const tail = `ORDER BY ${sorting} LIMIT ${limit}`;
  const branches = codes.map(
    (code) =>
      `(SELECT ${columns(table)} FROM ${table.path} AS j WHERE ${where(table, statusIn(table, [code]), ...condition.conditions)} ${tail})`,
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
  const keys = table.key.map((column) => `j.${column}`).join(", ");
  return condition.params.statement(
    `SELECT ${columns(table)} FROM ${table.path} AS j WHERE ${where(table, statusIn(table, running), state, ...condition.conditions)} ` +
      `ORDER BY j.${table.col.lockAt}, ${keys}`,
  );
}

/** Keys of the rows that match, in key order. */
export function matchingKeys(table: SqlTable, condition: Condition, codes: readonly number[]): Statement {
  const keys = table.key.map((column, index) => `j.${column} AS key${index}`).join(", ");
  const order = table.key.map((column) => `j.${column}`).join(", ");
  return condition.params.statement(
    `SELECT ${keys} FROM ${table.path} AS j WHERE ${where(table, statusIn(table, codes), ...condition.conditions)} ORDER BY ${order}`,
  );
}

/** Rows by status, or by status and reason. */
export function count(table: SqlTable, condition: Condition, by: "status" | "reason"): Statement {
  const group = by === "status" ? `j.${table.col.status}` : `j.${table.col.status}, j.${table.col.reason}`;
  const reason = by === "status" ? "NULL" : `j.${table.col.reason}`;
  const conditions = [...condition.conditions, ...table.alive];
  const filter = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")} ` : "";
  return condition.params.statement(
    `SELECT j.${table.col.status} AS status, ${reason} AS reason, count(*) AS count FROM ${table.path} AS j ${filter}GROUP BY ${group}`,
  );
}

function columns(table: SqlTable): string {
  return table.read.map((column) => `j.${column}`).join(", ");
}
