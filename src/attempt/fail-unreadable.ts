import type { Row } from "../dialect/index.js";
import { captureFailure } from "../failure/capture.js";
import { reasonOf } from "../failure/reason.js";
import { executeAgain } from "../store/execute.js";
import { failing } from "../store/outcome.js";
import type { JobTable } from "../table/job-table.js";
import type { AttemptOptions } from "./attempt-options.js";
import { LOCK_BY } from "./lock-by.js";

/**
 * The lock is taken, but no entity can be made of the row: a transformer or an `@AfterLoad` method threw. The attempt has failed of
 * that, and without its record the row would stay locked until the lock expires, and say nothing of the cause.
 */
export async function failUnreadable(
  table: JobTable,
  row: Row,
  started: { key: unknown; lock: string; options: AttemptOptions },
  error: unknown,
): Promise<void> {
  const { key, lock, options } = started;
  const { captureLimit, redact } = table.policy;
  const read = (property: string) => row[table.metadata.findColumnWithPropertyName(property)!.databaseName] as number;
  const step = table.statuses.stepOf(read("status"))!;
  const record = captureFailure(error, {
    attempt: read("retry") + 1,
    fence: read("fence"),
    by: LOCK_BY,
    captureLimit,
    redact,
  });
  const failure = { record, reason: reasonOf(error), maxAttempts: options.maxAttempts, delay: null };
  const { statement, bindings } = failing(table, step, failure);
  // What can't be written is left to expiry: the caller must see why the job could not be started.
  await executeAgain(table, statement, { ...bindings, ...table.keys.bindings(key), lock }).catch(() => {});
}
