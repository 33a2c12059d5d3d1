import type { Row } from "../dialect/index.js";
import {
  IgnoreJobError,
  JobAbandonedError,
  JobLockLostError,
  JobOutcomeUnknownError,
  JobTimeoutError,
} from "../error/index.js";
import { observed, publish } from "../event/job-events.js";
import { captureFailure } from "../failure/capture.js";
import { REASON, reasonOf } from "../failure/reason.js";
import type { CapturedFailure } from "../failure/redact-failure.js";
import { executeAlone } from "../store/execute.js";
import { failing, ignoring, type OutcomeStatement, releasing, succeeding } from "../store/outcome.js";
import type { Attempt } from "./attempt.js";
import { describeAttempt } from "./describe-attempt.js";
import { commitWithWrites } from "./success-transaction.js";
import { writeOutcome } from "./write-outcome.js";

/** What ends an attempt. */
export type WrittenOutcome =
  | { readonly name: "succeed" }
  /** `delay` in milliseconds; undefined: the policy's backoff. */
  | { readonly name: "fail"; readonly error: unknown; readonly delay?: number | undefined }
  | { readonly name: "ignore"; readonly reason: string }
  /** `delay` in milliseconds. */
  | { readonly name: "release"; readonly delay: number; readonly reason: string | null };

export type OutcomeName = WrittenOutcome["name"];

/** Writes an outcome and shows the row as written on the instance. A success that the database refuses is recorded as a failure. */
export async function writeAttempt(attempt: Attempt, outcome: WrittenOutcome): Promise<void> {
  if (outcome.name !== "succeed") return announce(attempt, outcome, await write(attempt, outcome));
  try {
    announce(attempt, outcome, await writeSuccess(attempt));
  } catch (error) {
    if (error instanceof JobLockLostError || error instanceof JobOutcomeUnknownError) throw error;
    await recordRefused(attempt, error);
    throw error;
  }
}

/** The success was rolled back: its real cause is recorded in a fresh transaction. */
async function recordRefused(attempt: Attempt, error: unknown): Promise<void> {
  const failure: WrittenOutcome = { name: "fail", error };
  try {
    announce(attempt, failure, await write(attempt, failure));
  } catch {
    // The caller gets the cause; that it couldn't be recorded is told by the event of the outcome, and expiry cleans up.
  }
}

function writeSuccess(attempt: Attempt): Promise<Row> {
  const { table, updates } = attempt;
  const outcome = succeeding(table, attempt.step, updates.columns());
  if (updates.writes.length === 0) return writeAlone(attempt, outcome);
  const guard = guardOf(attempt);
  return writeOutcome(attempt, undefined, () =>
    commitWithWrites({ table, outcome, guard, writes: updates.writes, check: () => attempt.checkHeld() }),
  );
}

function write(attempt: Attempt, outcome: Exclude<WrittenOutcome, { name: "succeed" }>): Promise<Row> {
  const { table, step } = attempt;
  switch (outcome.name) {
    case "fail": {
      const record = recordOf(attempt, outcome.error);
      const failure = {
        record,
        reason: reasonOf(outcome.error),
        maxAttempts: attempt.options.maxAttempts,
        delay: outcome.delay ?? null,
      };
      return writeAlone(attempt, failing(table, step, failure), record);
    }
    case "ignore": {
      const record = { ...recordOf(attempt, new IgnoreJobError(outcome.reason)), code: REASON.ignored };
      return writeAlone(attempt, ignoring(table, step, record, REASON.ignored), record);
    }
    case "release":
      return writeAlone(attempt, releasing(table, step, outcome.delay, outcome.reason));
    default:
      return outcome satisfies never;
  }
}

/** One statement that commits by itself. */
function writeAlone(attempt: Attempt, { statement, bindings }: OutcomeStatement, mine?: CapturedFailure): Promise<Row> {
  const guard = guardOf(attempt);
  return writeOutcome(attempt, mine, async () => (await executeAlone(attempt.table, statement, { ...bindings, ...guard }))[0]);
}

function guardOf(attempt: Attempt) {
  return { ...attempt.table.keys.bindings(attempt.key), lock: attempt.lock };
}

function recordOf(attempt: Attempt, error: unknown): CapturedFailure {
  const { captureLimit, redact } = attempt.table.policy;
  const { number, fence, lockBy } = attempt;
  const record = captureFailure(error, { attempt: number, fence, by: lockBy, captureLimit, redact });
  // These two are outcomes of the library itself: the record names them as the column `reason` does.
  const own = error instanceof JobTimeoutError || error instanceof JobAbandonedError;
  return own ? { ...record, code: reasonOf(error) } : record;
}

/** The instance shows the row as written, and whoever listens is told. */
function announce(attempt: Attempt, outcome: WrittenOutcome, row: Row): void {
  const { table, entity } = attempt;
  table.hydrator.refresh(entity, row);
  if (outcome.name === "succeed") showRelations(attempt);
  if (!observed("typeorm-jobs:attempt")) return;
  const error = outcome.name === "fail" ? outcome.error : outcome.name === "ignore" ? outcome.reason : undefined;
  publish("typeorm-jobs:attempt", {
    type: "outcome",
    ...describeAttempt(table, attempt.key, attempt.step, attempt.options.debug),
    outcome: outcome.name,
    fence: attempt.fence,
    attempt: attempt.number,
    status: entity.status,
    kind: table.statuses.kindOf(entity.status),
    reason: entity.reason,
    duration: attempt.duration,
    error,
  });
}

/** A relation is no column: its join column was written, so the instance gets what was set. */
function showRelations({ table, updates, entity }: Attempt): void {
  for (const [name, value] of Object.entries(updates.values)) {
    if (table.metadata.relations.some((relation) => relation.propertyPath === name)) (entity as unknown as Row)[name] = value;
  }
}
