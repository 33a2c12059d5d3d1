import type { SqlTable } from "../sql-table.js";
import { columnList, keyIs, literal, milliseconds, STATEMENT_CLOCK, statusIn } from "./fragments.js";
import { Params } from "./params.js";

/** Conditions of a criteria with the parameters they bind. */
export interface Condition {
  readonly params: Params;
  readonly conditions: readonly string[];
}

/** What a criteria says, in terms of the table. */
export interface CriteriaShape {
  /** One key: params key0…. */
  readonly key?: boolean;
  /** Several keys: param keys (an array for one key column, else jsonb rows by column name). */
  readonly keys?: boolean;
  /** Status codes, as literals. */
  readonly codes?: readonly number[];
  /** Param reasons (text[]). */
  readonly reasons?: boolean;
  /** Param olderThan (ms), by `updatedAt`. */
  readonly olderThan?: boolean;
  /** Own columns: equality with param where0… (where `wrap` has a `$`), or IS NULL. */
  readonly where?: readonly { readonly column: string; readonly isNull: boolean; readonly wrap: string }[];
  /** Rows of these codes match only with these reasons. */
  readonly reasonsOfCodes?: { readonly codes: readonly number[]; readonly reasons: readonly string[] };
}

/** Turns a criteria into conditions on `j`. */
export function criteria(table: SqlTable, shape: CriteriaShape): Condition {
  const params = new Params();
  const conditions: string[] = [];
  if (shape.key) conditions.push(keyIs(table, params));
  if (shape.keys) conditions.push(keyAmong(table, params));
  if (shape.codes) conditions.push(statusIn(table, shape.codes));
  if (shape.reasons) conditions.push(`j.${table.col.reason} = ANY(${params.$("reasons", "text[]")})`);
  if (shape.olderThan) {
    conditions.push(`j.${table.col.updatedAt} < ${STATEMENT_CLOCK} - ${milliseconds(params.$("olderThan", "float8"))}`);
  }
  for (const [index, { column, isNull, wrap }] of (shape.where ?? []).entries()) {
    conditions.push(isNull ? `j.${column} IS NULL` : `j.${column} = ${wrap.replace("$", () => params.$(`where${index}`))}`);
  }
  if (shape.reasonsOfCodes) {
    const { codes, reasons } = shape.reasonsOfCodes;
    conditions.push(`(NOT ${statusIn(table, codes)} OR j.${table.col.reason} IN (${reasons.map(literal).join(", ")}))`);
  }
  return { params, conditions };
}

function keyAmong(table: SqlTable, params: Params): string {
  // No casts: the server knows the columns' types better, the length of a character column and the name of an enum among them.
  if (table.key.length === 1) return `j.${table.key[0]} = ANY(${params.$("keys")})`;
  const fields = table.key.map((column) => `k.${column}`).join(", ");
  return `(${columnList(table.key)}) IN (SELECT ${fields} FROM jsonb_populate_recordset(NULL::${table.path}, ${params.$("keys")}) AS k)`;
}
