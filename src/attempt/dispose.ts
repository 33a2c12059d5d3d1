import { describeJob } from "../error/describe-job.js";
import { JobAbandonedError, JobLockLostError } from "../error/index.js";
import { observed } from "../event/job-events.js";
import { withTimeout } from "../util/with-timeout.js";
import type { Attempt } from "./attempt.js";

/** How long leaving a block may take at most, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Leaving the block without an outcome fails the attempt. It never throws: that would hide the error the block was left with. What
 * it cannot write in time is an event, a process warning if nobody listens, and expiry cleans up.
 */
export async function disposeAttempt(attempt: Attempt): Promise<void> {
  const patience = Math.max(100, Math.min(PATIENCE, attempt.trustLeft()));
  let abandoned = false;
  const ending = async () => {
    await attempt.settlement?.catch(() => {}); // it has told its caller
    if (attempt.settling) return;
    abandoned = true; // also where a success was asked for and refused before any statement
    await attempt.settle({ name: "fail", error: abandonment(attempt) });
  };
  try {
    await withTimeout(ending(), patience, () => new Error(`not written within ${Math.round(patience)} ms`));
  } catch (error) {
    if (!abandoned || error instanceof JobLockLostError) return; // whoever took the lock has ended the attempt
    if (!observed("typeorm-jobs:attempt")) warn(attempt, error);
  }
}

/** Says where the attempt was started: a disposer isn't told why its block was left, nor where. */
function abandonment(attempt: Attempt): JobAbandonedError {
  const error = new JobAbandonedError({ ...attempt.context(), cause: attempt.refused });
  const from = attempt.startedFrom?.stack;
  if (from) error.stack = `${error.name}: ${error.message}\n${from.slice(from.indexOf("\n") + 1)}`;
  return error;
}

function warn(attempt: Attempt, error: unknown): void {
  process.emitWarning(
    `${describeJob(attempt.context())} was left without an outcome, and that could not be recorded: ${String(error)}`,
    "TypeormJobsWarning",
  );
}
