import type { SqlTable } from "../sql-table.js";
import type { Statement } from "../statement.js";
import { CLOCK, statusIn } from "./fragments.js";
import { Params } from "./params.js";

/** One column of the inserted rows. */
export interface InsertedColumn {
  readonly name: string;
  /** The column's type in the record set. */
  readonly type: string;
  /** SQL for the value, around the record's field. */
  readonly value: (field: string) => string;
  /** SQL for rows that don't give the column, where some do and some don't; undefined when all give it. */
  readonly fallback: string | undefined;
}

/**
 * All rows through one JSON parameter: as fast as COPY, and one statement. Params: rows (jsonb array; field cN for column N, and
 * delay in ms for `runAt`; a missing field means that the row doesn't give the column).
 * `replace` starts a row over, but never touches a running one.
 */
export function enqueue(
  table: SqlTable,
  columns: readonly InsertedColumn[],
  conflict: "error" | "ignore" | { readonly replaceUnless: readonly number[]; readonly pending: number },
  returning: readonly string[],
  pending: number,
): Statement {
  const params = new Params();
  const { status, runAt, createdAt, updatedAt } = table.col;
  const fields = columns.map((column, index) => `c${index} ${column.type}`);
  const given = columns.map((column, index) => {
    const value = column.value(`r.c${index}`);
    return column.fallback === undefined ? value : `CASE WHEN r.h${index} THEN ${value} ELSE ${column.fallback} END`;
  });
  const has = columns.flatMap((column, index) => (column.fallback === undefined ? [] : [`h${index} boolean`]));
  const names = [...columns.map((column) => column.name), status, runAt, createdAt, updatedAt];
  // The statement's clock, so that all rows of one enqueue carry the same time.
  const due = "coalesce(r.run_at, statement_timestamp() + coalesce(r.delay, 0) * interval '1 millisecond')";
  const values = [...given, `${pending}`, due, "statement_timestamp()", "statement_timestamp()"];
  const record = [...fields, ...has, "run_at timestamptz", "delay float8"].join(", ");
  return params.statement(
    `INSERT INTO ${table.path} AS j (${names.join(", ")}) SELECT ${values.join(", ")} ` +
      `FROM jsonb_to_recordset(${params.$("rows", "jsonb")}) AS r(${record}) ${onConflict(table, names, conflict)}` +
      `RETURNING ${returning.map((column) => `j.${column}`).join(", ")}`,
  );
}

function onConflict(table: SqlTable, names: readonly string[], conflict: Parameters<typeof enqueue>[2]): string {
  if (conflict === "error") return "";
  const target = `ON CONFLICT (${table.key.join(", ")}) DO`;
  if (conflict === "ignore") return `${target} NOTHING `;
  const { reason, retry, finishedAt, lock, createdAt, updatedAt } = table.col;
  const replaced = names.filter((name) => !table.key.includes(name) && name !== createdAt && name !== updatedAt);
  const sets = [
    ...replaced.map((name) => `${name} = excluded.${name}`),
    `${reason} = NULL`,
    `${retry} = 0`,
    `${finishedAt} = NULL`,
    `${updatedAt} = ${CLOCK}`,
    ...table.touched,
  ];
  const idle = [`NOT ${statusIn(table, conflict.replaceUnless)}`, `j.${lock} IS NULL`, ...table.alive];
  return `${target} UPDATE SET ${sets.join(", ")} WHERE ${idle.join(" AND ")} `;
}
