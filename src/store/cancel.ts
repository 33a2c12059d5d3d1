import type { JobTable } from "../table/job-table.js";
import { checkKnown } from "../util/options.js";
import { type AnyCriteria, checkCriteria, type InTransaction } from "./criteria.js";
import { halfway, mapped, narrowed, operate } from "./operate.js";

/** Waiting, failed and running jobs to ignored, reason cancelled. A running attempt loses its lock: nothing of it commits later. */
export function cancelJobs(table: JobTable, criteria: AnyCriteria, options: InTransaction): Promise<number> {
  checkKnown(options, ["manager"], "cancel options");
  const checked = checkCriteria(table, criteria, "cancel");
  const open = narrowed(table, checked, ["pending", "failed", "in_progress"]);
  const targets = mapped(table, open, "ignored");
  // A job that waits for its next step is ignored in that one: a rerun doesn't repeat what has succeeded.
  for (const { codes, next } of halfway(table)) {
    if (checked.codes?.includes(codes.succeeded) ?? true) targets.set(codes.succeeded, next.codes.ignored);
  }
  return operate(
    table,
    checked,
    {
      variant: "cancel",
      codes: [...targets.keys()],
      build: (condition, waiting) => table.dialect.cancel(table.sql, condition, targets, table.policy.maxErrors, waiting),
    },
    options.manager,
  );
}
