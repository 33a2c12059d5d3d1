import type { SqlTable } from "../sql-table.js";
import type { Statement } from "../statement.js";
import {
  byStatus,
  CLOCK,
  columnList,
  errorsAppended,
  foreignRecord,
  free,
  keyIs,
  milliseconds,
  type SetColumn,
  statusIn,
  touched,
  where,
} from "./fragments.js";
import { Params } from "./params.js";

/** Which codes a start may leave, and where each leads. */
export interface StartCodes {
  /** Startable code → in-progress code of its step. */
  readonly ready: ReadonlyMap<number, number>;
  /** Of these, the ones from which `retry` starts at 0 again. */
  readonly fresh: readonly number[];
  /** In-progress code → ignored code of its step, for take-overs. */
  readonly running: ReadonlyMap<number, number>;
  /** Startable in-progress codes of other steps: their lost attempt doesn't count in this one, but it leaves its record. */
  readonly interrupted: readonly number[];
}

/** What a lost attempt leaves in `errors`. */
export const LOST =
  "JobLockExpiredError: the lock expired before an outcome was recorded: the process died, hung or lost the database";

/**
 * The compare-and-set that decides: one UPDATE tests key, status and expiry and takes the lock.
 * Params: key0…, lock, lockBy, expire (ms), maxAttempts.
 */
export function start(table: SqlTable, codes: StartCodes, maxErrors: number): Statement {
  const params = new Params();
  return params.statement(
    `UPDATE ${table.path} AS j SET ${transition(table, codes, maxErrors, params)} ` +
      `WHERE ${where(table, keyIs(table, params), startable(table, codes))} RETURNING ${columnList(table.read)}`,
  );
}

/**
 * The same, making the row when it is missing: INSERT … ON CONFLICT DO UPDATE, so exactly one of any number of callers wins.
 * Params: those of `start`, and value0… for `columns`.
 */
export function createAndStart(
  table: SqlTable,
  codes: StartCodes,
  maxErrors: number,
  columns: readonly SetColumn[],
  inProgress: number,
): Statement {
  const params = new Params();
  const { status, lock, lockAt, lockUntil, lockBy, fence, createdAt, updatedAt } = table.col;
  const values = new Map<string, string>([
    ...columns.map((column, index): [string, string] => [column.name, column.value(params.$(`value${index}`))]),
    [status, `${inProgress}`],
    [lock, params.$("lock", "uuid")],
    [lockAt, CLOCK],
    [lockUntil, lockEnd(params)],
    [lockBy, params.$("lockBy", "varchar")],
    [fence, "1"],
    [createdAt, CLOCK],
    [updatedAt, CLOCK],
  ]);
  return params.statement(
    `INSERT INTO ${table.path} AS j (${[...values.keys()].join(", ")}) VALUES (${[...values.values()].join(", ")}) ` +
      `ON CONFLICT (${table.key.join(", ")}) DO UPDATE SET ${transition(table, codes, maxErrors, params)} ` +
      `WHERE ${where(table, startable(table, codes))} RETURNING ${columnList(table.read)}`,
  );
}

function startable(table: SqlTable, codes: StartCodes): string {
  return `${statusIn(table, [...codes.ready.keys(), ...codes.running.keys()])} AND ${free(table)}`;
}

function lockEnd(params: Params): string {
  return `${CLOCK} + ${milliseconds(params.$("expire", "float8"))}`;
}

/** SET of a start. A take-over with no attempts left ends the job as ignored instead: the one refusal that writes. */
function transition(table: SqlTable, codes: StartCodes, maxErrors: number, params: Params): string {
  const { status, reason, runAt, lock, lockAt, lockUntil, lockBy, fence, retry, errors, updatedAt, finishedAt } = table.col;
  const takeOver = statusIn(table, [...codes.running.keys()]);
  const lost = statusIn(table, [...codes.running.keys(), ...codes.interrupted]);
  const exhausted = `${takeOver} AND j.${retry} + 1 >= ${params.$("maxAttempts", "int")}`;
  const unlessExhausted = (value: string, otherwise: string) => `CASE WHEN ${exhausted} THEN ${otherwise} ELSE ${value} END`;
  const started = byStatus(
    table,
    new Map([...codes.ready, ...[...codes.running.keys()].map((code): [number, number] => [code, code])]),
  );
  const ignored = byStatus(table, codes.running);
  const restarted = codes.fresh.length > 0 ? `WHEN ${statusIn(table, codes.fresh)} THEN 0 ` : "";
  return [
    `${status} = ${unlessExhausted(started, ignored)}`,
    `${reason} = ${unlessExhausted("NULL", "'exhausted'")}`,
    `${runAt} = NULL`,
    `${lock} = ${unlessExhausted(params.$("lock", "uuid"), "NULL")}`,
    `${lockAt} = ${unlessExhausted(CLOCK, `j.${lockAt}`)}`,
    `${lockUntil} = ${unlessExhausted(lockEnd(params), "NULL")}`,
    `${lockBy} = ${unlessExhausted(params.$("lockBy", "varchar"), "NULL")}`,
    `${fence} = ${unlessExhausted(`j.${fence} + 1`, `j.${fence}`)}`,
    `${retry} = CASE WHEN ${takeOver} THEN j.${retry} + 1 ${restarted}ELSE j.${retry} END`,
    `${errors} = CASE WHEN ${lost} THEN ${errorsAppended(table, foreignRecord(table, LOST, "lock_expired"), maxErrors)} ELSE j.${errors} END`,
    `${updatedAt} = ${CLOCK}`,
    `${finishedAt} = ${unlessExhausted("NULL", CLOCK)}`,
    ...touched(table),
  ].join(", ");
}
