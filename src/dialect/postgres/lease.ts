import type { SqlTable } from "../sql-table.js";
import type { Statement } from "../statement.js";
import { CLOCK, columnList, held, keyIs, milliseconds, picked, where } from "./fragments.js";
import { Params } from "./params.js";

/** A heartbeat and an `extend` may pass each other on the way: neither shortens what the other gave. */
function longer(table: SqlTable, lease: string): string {
  return `greatest(j.${table.col.lockUntil}, ${CLOCK} + ${lease})`;
}

/** Extend one lock: params key0…, lock, expire (ms). */
export function extend(table: SqlTable): Statement {
  const params = new Params();
  const { lock, lockUntil } = table.col;
  const guard = where(table, keyIs(table, params), `j.${lock} = ${params.$("lock", "uuid")}`);
  return params.statement(
    `UPDATE ${table.path} AS j SET ${lockUntil} = ${longer(table, milliseconds(params.$("expire", "float8")))} ` +
      `WHERE ${guard} RETURNING j.${lockUntil}`,
  );
}

/**
 * The heartbeat: one statement for all held locks of a class. Params: locks (uuid[]), leases (jsonb: lock → ms).
 * Answers every row whose lock was among them when the statement began, and whether it was renewed. A row that somebody is
 * settling is skipped: it is then in the answer, not renewed, and not lost. A lock that is missing from the answer is lost.
 */
export function heartbeat(table: SqlTable): Statement {
  const params = new Params();
  const { lock, lockUntil } = table.col;
  // Says "is not null" for the partial index: from a bound array the planner can't conclude it.
  const mine = where(table, `j.${lock} IS NOT NULL AND j.${lock} = ANY(${params.$("locks", "uuid[]")})`);
  const lease = milliseconds(`(${params.$("leases", "jsonb")} ->> j.${lock}::text)::float8`);
  const rows = picked(table, mine, "FOR NO KEY UPDATE SKIP LOCKED");
  const from = rows.relation ? `FROM ${rows.relation} ` : "";
  return params.statement(
    `${rows.with || "WITH "}${rows.with ? ", " : ""}seen AS (SELECT j.${lock} AS lock FROM ${table.path} AS j WHERE ${mine}), ` +
      `renewed AS (UPDATE ${table.path} AS j SET ${lockUntil} = ${longer(table, lease)} ${from}WHERE ${rows.match} RETURNING j.${lock} AS lock) ` +
      "SELECT seen.lock, renewed.lock IS NOT NULL AS renewed FROM seen LEFT JOIN renewed ON renewed.lock = seen.lock",
  );
}

/** How the row stands, to tell a refused start why, and a lost attempt what became of it. Params key0…. */
export function standing(table: SqlTable): Statement {
  const params = new Params();
  const { status, reason, lockBy, lockUntil } = table.col;
  return params.statement(
    `SELECT j.${status} AS status, j.${reason} AS reason, j.${lockBy} AS "lockBy", j.${lockUntil} AS "lockUntil", ` +
      `${held(table)} AS held FROM ${table.path} AS j WHERE ${where(table, keyIs(table, params))}`,
  );
}

/** What became of an attempt whose COMMIT was never answered; waits for the transaction in doubt. Params key0…. */
export function doubt(table: SqlTable): Statement {
  const params = new Params();
  const { lock, errors } = table.col;
  return params.statement(
    `SELECT j.${lock} AS lock, j.${errors} AS errors, ${columnList(table.read)} ` +
      `FROM ${table.path} AS j WHERE ${keyIs(table, params)} FOR UPDATE`,
  );
}
