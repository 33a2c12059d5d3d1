import { InvalidOptionError } from "../error/index.js";
import type { StatusSelector } from "../status/status-map.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import type { Duration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";
import { type AnyCriteria, checkCriteria, criteriaStatement, type InTransaction } from "./criteria.js";
import { execute } from "./execute.js";
import { narrowed } from "./operate.js";

/** How `findByStatus` narrows, orders and limits. */
export interface FindOptions extends InTransaction {
  /** A step of the class: kinds mean its codes only. Default: all steps. */
  step?: string;
  /** Default 100, at most 100,000. */
  limit?: number;
  /** By `updatedAt`. Default `"oldest"`. */
  order?: "oldest" | "newest";
  /** Unchanged for longer than this, by `updatedAt`: milliseconds or text like `"1h"`. Default: no limit. */
  olderThan?: Duration;
}

const MAX_LIMIT = 100_000;

/** Jobs by status, in the order of their last change: an index range, however many finished rows there are. */
export async function findByStatus<T extends JobRow>(
  table: JobTable,
  status: StatusSelector,
  options: FindOptions,
): Promise<T[]> {
  checkKnown(options, ["manager", "step", "limit", "order", "olderThan"], "findByStatus options");
  const { manager, step, limit = 100, order = "oldest", olderThan } = options;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new InvalidOptionError("findByStatus.limit", `a whole number from 1 to ${MAX_LIMIT}`, limit, table.context());
  }
  if (order !== "oldest" && order !== "newest")
    throw InvalidOptionError.unknown(order, ["oldest", "newest"], "findByStatus.order");
  const codes = table.statuses.codesOf(status, step, "findByStatus.status");
  const checked = checkCriteria(table, { olderThan }, "findByStatus", true);
  // A literal in the text, so it comes in powers of two: each text is a prepared statement on the server.
  const read = 2 ** Math.ceil(Math.log2(limit));
  const statement = criteriaStatement(table, `find ${codes.join()} ${order} ${read}`, checked.shape, (condition) =>
    table.dialect.findByStatus(table.sql, condition, codes, order, read),
  );
  const rows = await execute(table, statement, checked.bindings, manager);
  return hydrated(table, rows.slice(0, limit));
}

/** Running jobs, by the state of their lock (database time), longest-held first. */
export async function findLocked<T extends JobRow>(
  table: JobTable,
  lock: "live" | "expired",
  criteria: AnyCriteria,
  options: InTransaction,
): Promise<T[]> {
  const where = lock === "live" ? "findRunning" : "findExpired";
  checkKnown(options, ["manager"], `${where} options`);
  const checked = checkCriteria(table, criteria, where, true);
  const running = narrowed(table, checked, ["in_progress"]);
  const statement = criteriaStatement(table, `${where} ${running.join()}`, checked.shape, (condition) =>
    table.dialect.findLocked(table.sql, condition, running, lock),
  );
  return hydrated(table, await execute(table, statement, checked.bindings, options.manager));
}

async function hydrated<T extends JobRow>(table: JobTable, rows: Record<string, unknown>[]): Promise<T[]> {
  const entities: T[] = [];
  for (const row of rows) entities.push(await table.hydrator.create<T>(row));
  return entities;
}
