import type { SqlTable } from "../sql-table.js";
import type { Statement } from "../statement.js";
import { CLOCK, columnList, milliseconds, STATEMENT_CLOCK, statusIn, touched, where } from "./fragments.js";
import { Params } from "./params.js";

/** One column of the inserted rows. */
export interface InsertedColumn {
  readonly name: string;
  /** Its field in the records, and the boolean field that says whether a row gives it. */
  readonly field: string;
  readonly flag: string;
  /** The field's type in the record set. */
  readonly type: string;
  /** SQL for the value, around the record's field. */
  readonly value: (field: string) => string;
  /** SQL for rows that don't give the column, where some do and some don't; undefined when all give it. */
  readonly fallback: string | undefined;
}

type OnConflict = "error" | "ignore" | { readonly replaceUnless: readonly number[] };

/**
 * All rows through one JSON parameter: as fast as COPY, and one statement. Param rows: a jsonb array of records with the columns'
 * fields, and `run_at` or `delay` (ms). `replace` starts a row over, but never touches a running one.
 *
 * @param answer every column of every row, or one row with the statement's `time`, where the caller knows the rest
 */
export function enqueue(
  table: SqlTable,
  columns: readonly InsertedColumn[],
  conflict: OnConflict,
  answer: "rows" | "time",
  pending: number,
): Statement {
  const params = new Params();
  const { status, runAt, createdAt, updatedAt } = table.col;
  const given = columns.map(({ field, flag, value, fallback }) => {
    const sql = value(`r.${field}`);
    return fallback === undefined ? sql : `CASE WHEN r.${flag} THEN ${sql} ELSE ${fallback} END`;
  });
  const fields = columns.flatMap(({ field, flag, type, fallback }) => [
    `${field} ${type}`,
    ...(fallback === undefined ? [] : [`${flag} boolean`]),
  ]);
  const names = [...columns.map((column) => column.name), status, runAt, createdAt, updatedAt];
  // The statement's clock, so that all rows of one enqueue carry the same time.
  const due = `coalesce(r.run_at, ${STATEMENT_CLOCK} + ${milliseconds("coalesce(r.delay, 0)")})`;
  const values = [...given, `${pending}`, due, STATEMENT_CLOCK, STATEMENT_CLOCK];
  const record = [...fields, "run_at timestamptz", "delay float8"].join(", ");
  const insert =
    `INSERT INTO ${table.path} AS j (${names.join(", ")}) SELECT ${values.join(", ")} ` +
    `FROM jsonb_to_recordset(${params.$("rows", "jsonb")}) AS r(${record}) ${onConflict(table, names, conflict)}`;
  if (answer === "time") return params.statement(`WITH inserted AS (${insert}) SELECT ${STATEMENT_CLOCK} AS time`);
  return params.statement(`${insert}RETURNING ${columnList(table.read)}`);
}

function onConflict(table: SqlTable, names: readonly string[], conflict: OnConflict): string {
  if (conflict === "error") return "";
  const target = `ON CONFLICT (${table.key.join(", ")}) DO`;
  if (conflict === "ignore") return `${target} NOTHING `;
  const { reason, retry, finishedAt, lock, createdAt, updatedAt } = table.col;
  const kept = (name: string) => table.key.includes(name) || name === createdAt || name === updatedAt;
  const bumped = (name: string) => name === table.version || name === table.updateDate;
  const replaced = names.filter((name) => !kept(name) && !bumped(name));
  const sets = [
    ...replaced.map((name) => `${name} = excluded.${name}`),
    `${reason} = NULL`,
    `${retry} = 0`,
    `${finishedAt} = NULL`,
    `${updatedAt} = ${CLOCK}`,
    ...touched(table),
  ];
  const idle = where(table, `NOT ${statusIn(table, conflict.replaceUnless)}`, `j.${lock} IS NULL`);
  return `${target} UPDATE SET ${sets.join(", ")} WHERE ${idle} `;
}
