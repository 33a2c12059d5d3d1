import type { Row } from "../dialect/index.js";
import { JobOutcomeUnknownError } from "../error/index.js";
import type { JobFailure } from "../failure/job-failure.js";
import type { CapturedFailure } from "../failure/redact-failure.js";
import type { JobTable } from "../table/job-table.js";
import { withTimeout } from "../util/with-timeout.js";
import { executeAlone } from "./execute.js";

/** What became of an attempt: its lock still stands, another ended it, or its outcome is written. */
export type Settled = { state: "open" } | { state: "lost" } | { state: "written"; row: Row };

/** Codes of records that somebody else leaves when ending an attempt that isn't its own. */
const FOREIGN = new Set(["lock_expired", "cancelled", "released"]);

/**
 * Settles an outcome whose answer never came. Locking the row waits for the transaction in doubt, so what is read after it is final.
 *
 * @param cause the error that left it in doubt
 * @param mine the record that the outcome itself would have left, if any: a user's error may carry a code of ours
 * @throws JobOutcomeUnknownError when the row is gone, its history was cut, or the transaction in doubt doesn't end in time
 */
export async function settleDoubt(
  table: JobTable,
  attempt: { key: unknown; lock: string; fence: number },
  cause: unknown,
  mine: CapturedFailure | undefined,
  timeout: number,
): Promise<Settled> {
  const context = { ...table.context(attempt.key), cause };
  const statement = table.statement("doubt", () => table.dialect.doubt(table.sql));
  const [row] = await withTimeout(
    executeAlone(table, statement, table.keys.bindings(attempt.key)),
    timeout,
    () => new JobOutcomeUnknownError(context),
  );
  if (!row) throw new JobOutcomeUnknownError(context);
  if (row.lock === attempt.lock) return { state: "open" };
  const errors = row.errors as readonly JobFailure[];
  const records = errors.filter((record) => record.fence === attempt.fence);
  if (records.some((record) => FOREIGN.has(record.code ?? "") && record.error !== mine?.error)) return { state: "lost" };
  const forgotten = records.length === 0 && errors.length >= table.policy.maxErrors && errors[0]!.fence > attempt.fence;
  if (forgotten) throw new JobOutcomeUnknownError(context);
  return { state: "written", row };
}
