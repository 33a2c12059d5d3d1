import { IgnoreJobError, InvalidOptionError, JobLockLostError, ReleaseJobError, RetryJobError } from "../error/index.js";
import type { JobRow } from "../table/job-row.js";
import { parseDuration } from "../util/duration.js";
import { isA } from "../util/is-a.js";
import { releaseReason } from "./ask.js";
import type { Attempt } from "./attempt.js";
import type { WrittenOutcome } from "./outcome.js";
import { type Started, startedJob } from "./started-job.js";
import { limitTime } from "./time-limit.js";

/** What the user does with a started job. What it returns is what `run` resolves to. */
export type Work<T extends JobRow, Result> = (job: Started<T>) => Result | Promise<Result>;

/**
 * Performs the work, classifies how it ended, and writes the outcome: returned = succeed; thrown = fail, or what a steering error
 * asks for. An outcome that the work itself asked for stands.
 */
export async function runAttempt<T extends JobRow, Result>(
  attempt: Attempt,
  work: Work<T, Result>,
  skipError: boolean,
): Promise<Result | undefined> {
  const perform = async () => work(startedJob(attempt));
  const limit = limitTime(attempt, true);
  let result: Result;
  try {
    result = await (limit ? Promise.race([perform(), limit.exceeded]) : perform());
  } catch (thrown) {
    return afterThrow(attempt, thrown, skipError);
  } finally {
    limit?.stop();
  }
  await (attempt.settlement ?? attempt.settle({ name: "succeed" })).catch((error: unknown) => failOpen(attempt, error));
  return result;
}

/** A success that was refused before any statement (a validator, a change outside `updates`) has left the attempt open. */
async function failOpen(attempt: Attempt, error: unknown): Promise<never> {
  if (!attempt.settling) await attempt.settle({ name: "fail", error }).catch(() => {}); // the refusal is what the caller must see
  throw error;
}

async function afterThrow(attempt: Attempt, thrown: unknown, skipError: boolean): Promise<undefined> {
  const outcome = classify(thrown);
  await attempt.settlement?.catch(() => {}); // one that is refused before any statement leaves the attempt open
  if (outcome.name !== "fail") {
    // An outcome that the work had asked for before it threw stands.
    await (attempt.settlement ?? attempt.settle(outcome));
    return;
  }
  const unrecorded = attempt.settling ? undefined : await failureOf(attempt.settle(outcome));
  if (!skipError) throw outcome.error;
  // Skipped is only what the work threw: a failure that could not be recorded must not pass in silence.
  if (unrecorded !== undefined && !(unrecorded instanceof JobLockLostError)) throw unrecorded;
}

/** The outcome that a thrown value asks for. A steering error with an option that can't be read is a failure itself. */
function classify(thrown: unknown): Exclude<WrittenOutcome, { name: "succeed" }> {
  try {
    if (isA(thrown, IgnoreJobError)) return { name: "ignore", reason: thrown.reason };
    if (isA(thrown, ReleaseJobError)) {
      const delay = parseDuration("ReleaseJobError.delay", thrown.delay ?? 0);
      return { name: "release", delay, reason: releaseReason(thrown.reason) };
    }
    if (isA(thrown, RetryJobError)) {
      const delay = thrown.delay === undefined ? undefined : parseDuration("RetryJobError.delay", thrown.delay);
      return { name: "fail", error: thrown.cause, delay };
    }
    return { name: "fail", error: thrown };
  } catch (error) {
    // What the handler really failed of is in the steering error.
    if (error instanceof InvalidOptionError && error.cause === undefined) error.cause = thrown;
    return { name: "fail", error };
  }
}

/** What kept an outcome from being written; the event of the outcome has told it too. */
async function failureOf(settlement: Promise<void>): Promise<unknown> {
  try {
    await settlement;
    return undefined;
  } catch (error) {
    return error;
  }
}
