import { InvalidOptionError } from "../error/index.js";
import type { StatusSelector } from "../status/status-map.js";
import type { JobTable } from "../table/job-table.js";
import { asList } from "../util/as-list.js";
import type { Duration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";
import { checkCriteria, criteriaStatement, type InTransaction } from "./criteria.js";
import { execute } from "./execute.js";
import { halfway, narrowed } from "./operate.js";

/** What `purge` deletes. */
export interface PurgeOptions extends InTransaction {
  /** Finished and failed kinds, or codes of those. */
  status: StatusSelector;
  /** Unchanged for longer than this: milliseconds or text like `"30d"`. */
  olderThan: Duration;
  /** How many at most, in all. Default: no limit. */
  limit?: number;
}

/** Rows per statement: each chunk commits by itself, so no transaction holds more than these. */
const CHUNK = 1024;

/** Deletes finished and failed rows in chunks; one guarded statement each, never a row with a lock. */
export async function purgeJobs(table: JobTable, options: PurgeOptions): Promise<number> {
  checkKnown(options, ["manager", "status", "olderThan", "limit"], "purge options");
  const { status, olderThan, limit = Number.POSITIVE_INFINITY, manager } = options;
  if (!(limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit >= 0))) {
    throw new InvalidOptionError("purge.limit", "a whole number from 0", limit, table.context());
  }
  if (status === undefined)
    throw new InvalidOptionError("purge.status", "succeeded, ignored, failed, or codes of these", status, table.context());
  if (olderThan === undefined)
    throw new InvalidOptionError("purge.olderThan", "a duration (0 for all)", olderThan, table.context());
  const checked = checkCriteria(table, { status, olderThan }, "purge");
  const named = narrowed(table, checked, ["succeeded", "ignored", "failed"]);
  if (named.length !== checked.codes!.length) {
    throw new InvalidOptionError(
      "purge.status",
      "succeeded, ignored, failed, or codes of these: others are still at work",
      status,
      table.context(),
    );
  }
  // "succeeded" means finished: a job that waits for its next step is deleted only when its code says so.
  const explicit = asList(status);
  const waiting = halfway(table).map((step) => step.codes.succeeded);
  const codes = named.filter((code) => !waiting.includes(code) || explicit.includes(code));
  let deleted = 0;
  // One code after the other: an index then gives the oldest rows, where several codes would need a sort of all of them.
  for (const code of codes) {
    for (let full = true; full && deleted < limit; ) {
      const size = powerOfTwo(Math.min(CHUNK, limit - deleted));
      const statement = criteriaStatement(table, `purge ${code} ${size}`, checked.shape, (condition) =>
        table.dialect.purge(table.sql, condition, code, size),
      );
      const rows = await execute(table, statement, checked.bindings, manager);
      deleted += rows.length;
      full = rows.length === size;
    }
  }
  return deleted;
}

/** Limits are literals, so they come in powers of two: few texts, and a chunk never exceeds what is left. */
function powerOfTwo(limit: number): number {
  return 2 ** Math.floor(Math.log2(limit));
}
