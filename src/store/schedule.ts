import type { JobTable } from "../table/job-table.js";
import { type Duration, parseDuration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";
import { type AnyCriteria, checkCriteria, type InTransaction } from "./criteria.js";
import { halfway, narrowed, operate } from "./operate.js";

/** When `schedule` makes jobs due. */
export interface ScheduleOptions extends InTransaction {
  /** From now: milliseconds or text like `"5m"`. Default 0. */
  delay?: Duration;
}

/** Makes waiting jobs due: pending and failed ones, and those whose next step waits; also rows that were inserted without `enqueue`. */
export function scheduleJobs(table: JobTable, criteria: AnyCriteria, options: ScheduleOptions): Promise<number> {
  checkKnown(options, ["manager", "delay"], "schedule options");
  const delay = parseDuration("schedule.delay", options.delay ?? 0);
  const checked = checkCriteria(table, criteria, "schedule");
  const waiting = halfway(table).map((step) => step.codes.succeeded);
  const codes = [
    ...narrowed(table, checked, ["pending", "failed"]),
    ...waiting.filter((code) => checked.codes?.includes(code) ?? true),
  ];
  return operate(
    table,
    checked,
    {
      variant: "schedule",
      codes,
      bindings: { delay },
      build: (condition, waiting) => table.dialect.schedule(table.sql, condition, codes, waiting),
    },
    options.manager,
  );
}
