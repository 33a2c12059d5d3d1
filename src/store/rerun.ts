import type { JobTable } from "../table/job-table.js";
import { checkKnown } from "../util/options.js";
import { type AnyCriteria, checkCriteria, type InTransaction } from "./criteria.js";
import { mapped, narrowed, operate } from "./operate.js";

/** How `rerun` puts jobs back. */
export interface RerunOptions extends InTransaction {
  /** The step to go back to. Default: each job stays in its own. */
  step?: string;
}

/** Reasons of ignored jobs that a rerun takes by itself: the others were cancelled or skipped on purpose. */
const RERUN_REASONS = ["exhausted", "ignored"];

/** Failed and ignored jobs (succeeded ones only where `status` names them) back to pending, `retry` 0, due now. */
export function rerunJobs(table: JobTable, criteria: AnyCriteria, options: RerunOptions): Promise<number> {
  checkKnown(options, ["manager", "step"], "rerun options");
  const target = options.step === undefined ? undefined : table.statuses.step(options.step, "rerun.step");
  const checked = checkCriteria(table, criteria, "rerun");
  const codes = narrowed(table, checked, checked.hasStatus ? ["failed", "ignored", "succeeded"] : ["failed", "ignored"]);
  const targets = target ? new Map(codes.map((code) => [code, target.codes.pending])) : mapped(table, codes, "pending");
  const reasonsOfCodes = { codes: table.statuses.codesOf("ignored"), reasons: RERUN_REASONS };
  return operate(
    table,
    checked,
    {
      variant: `rerun ${options.step ?? ""}`,
      codes,
      shape: checked.hasReason ? {} : { reasonsOfCodes },
      build: (condition, waiting) => table.dialect.rerun(table.sql, condition, targets, waiting),
    },
    options.manager,
  );
}
