import type { StartCodes } from "../dialect/index.js";
import {
  JobAlreadySucceededError,
  JobIgnoredError,
  JobLockedError,
  JobNotFoundError,
  JobNotReadyToStartError,
  type JobRefusedError,
} from "../error/index.js";
import type { Step } from "../status/status-map.js";
import type { JobTable } from "../table/job-table.js";
import { readStanding } from "./standing.js";
import type { StartRequest } from "./start.js";

/** Why a start took no lock, read by a second statement; undefined: the row is startable now. */
export async function refusal(table: JobTable, request: StartRequest, codes: StartCodes): Promise<JobRefusedError | undefined> {
  const standing = await readStanding(table, request.key);
  const context = table.context(request.key);
  // With `create` it could not be made either: something is in the way that this class doesn't see.
  if (!standing) return new JobNotFoundError({ ...context, hidden: request.create !== undefined });
  const { status, reason, lockBy, lockUntil, held } = standing;
  if (held) return new JobLockedError({ ...context, lockBy, lockUntil });
  if (codes.ready.has(status) || codes.running.has(status)) return undefined;
  const kind = table.statuses.kindOf(status);
  const own = table.statuses.stepOf(status);
  if (own && isPassed(own, kind === "succeeded", request.step)) return new JobAlreadySucceededError(context);
  if (kind === "ignored" && (!request.step || own === request.step)) return new JobIgnoredError({ ...context, reason });
  return new JobNotReadyToStartError({ ...context, status, ready: [...codes.ready.keys()].map((code) => named(table, code)) });
}

/** The step asked for has succeeded already: the row stands at its success, or in a later step. */
function isPassed(own: Step, succeeded: boolean, asked: Step | undefined): boolean {
  if (!asked) return succeeded && own.next === undefined;
  return own.index > asked.index || (own === asked && succeeded);
}

function named(table: JobTable, code: number): string {
  const step = table.hasSteps ? `${table.statuses.stepOf(code)?.name} ` : "";
  return `${step}${table.statuses.kindOf(code)} (${code})`;
}
