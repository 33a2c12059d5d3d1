import type { AttemptEvent } from "../event/job-events.js";
import type { Step } from "../status/status-map.js";
import type { JobTable } from "../table/job-table.js";

/** What every event about an attempt says, also before there is one. */
export function describeAttempt(table: JobTable, key: unknown, step: Step | undefined, debug: boolean): AttemptEvent {
  return { jobClass: table.name, key, step: table.hasSteps ? step?.name : undefined, debug };
}
