import type { Row } from "../dialect/index.js";
import { IgnoreJobError, JobAbandonedError, JobLockLostError, JobTimeoutError } from "../error/index.js";
import { observed, publish } from "../event/job-events.js";
import { captureFailure } from "../failure/capture.js";
import { REASON, reasonOf } from "../failure/reason.js";
import type { CapturedFailure } from "../failure/redact-failure.js";
import { executeAlone } from "../store/execute.js";
import { failing, ignoring, type OutcomeStatement, releasing, succeeding } from "../store/outcome.js";
import { isA } from "../util/is-a.js";
import type { Attempt } from "./attempt.js";
import { commitWithWrites } from "./success-transaction.js";
import { WriteError } from "./write-error.js";
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
  try {
    announce(attempt, outcome, await (outcome.name === "succeed" ? writeSuccess(attempt) : write(attempt, outcome)));
  } catch (error) {
    // Anything else says that the attempt is over already. (What a callback threw is in the WriteError, whatever class it has.)
    const refused = error instanceof WriteError;
    const cause = refused ? error.cause : error;
    const recorded = refused && outcome.name === "succeed" && (await recordRefused(attempt, cause));
    if (!recorded) announceUnsettled(attempt, outcome, cause);
    throw cause;
  }
}

/** The success was rolled back: its real cause is recorded in a fresh transaction. */
async function recordRefused(attempt: Attempt, error: unknown): Promise<boolean> {
  const failure: WrittenOutcome = { name: "fail", error };
  try {
    announce(attempt, failure, await write(attempt, failure));
    return true;
  } catch {
    return false; // the caller gets the cause, and expiry cleans up
  }
}

async function writeSuccess(attempt: Attempt): Promise<Row> {
  const { table, updates } = attempt;
  if (attempt.lost) throw new JobLockLostError(attempt.context());
  const success = succeeding(table, attempt.step, updates.columns());
  if (updates.writes.length === 0) return writeAlone(attempt, success);
  const guarded = withGuard(attempt, success);
  return writeOutcome(attempt, undefined, () => commitWithWrites(attempt, guarded));
}

function write(attempt: Attempt, outcome: Exclude<WrittenOutcome, { name: "succeed" }>): Promise<Row> {
  const { table, step } = attempt;
  switch (outcome.name) {
    case "fail": {
      const record = recordOf(attempt, outcome.error);
      const failure = {
        record,
        reason: reasonOf(behind(attempt, outcome.error)),
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
function writeAlone(attempt: Attempt, outcome: OutcomeStatement, mine?: CapturedFailure): Promise<Row> {
  const { statement, bindings } = withGuard(attempt, outcome);
  return writeOutcome(attempt, mine, async () => (await executeAlone(attempt.table, statement, bindings))[0]);
}

/** With the key and the lock: every outcome names them. */
function withGuard({ table, key, lock }: Attempt, { statement, bindings }: OutcomeStatement): OutcomeStatement {
  return { statement, bindings: Object.assign(table.keys.bindings(key), bindings, { lock }) };
}

function recordOf(attempt: Attempt, error: unknown): CapturedFailure {
  const { captureLimit, redact } = attempt.table.policy;
  const { number, fence, lockBy } = attempt;
  const record = captureFailure(error, { attempt: number, fence, by: lockBy, captureLimit, redact });
  const told = behind(attempt, error);
  // These two are outcomes of the library itself: the record names them as the column `reason` does.
  const own = isA(told, JobTimeoutError) || isA(told, JobAbandonedError);
  return own ? { ...record, code: reasonOf(told) } : record;
}

/** A handler that passes `job.signal` on is ended by an AbortError: what counts is why the signal aborted, which that names as its cause. */
function behind(attempt: Attempt, error: unknown): unknown {
  return attempt.aborted && isA(error, Error) && error.cause === attempt.abortReason ? error.cause : error;
}

/** The instance shows the row as written, and whoever listens is told. */
function announce(attempt: Attempt, outcome: WrittenOutcome, row: Row): void {
  const { table, entity } = attempt;
  if (outcome.name !== "succeed") attempt.restoreColumns(); // a success was refused with any
  try {
    table.hydrator.refresh(entity, row);
    if (outcome.name === "succeed") showRelations(attempt);
  } catch (error) {
    // A transformer threw. The row is written all the same, and so the outcome stands.
    process.emitWarning(
      `${table.name}: an outcome was written, but the instance can't show it: ${String(error)}`,
      "TypeormJobsWarning",
    );
  }
  if (!observed("typeorm-jobs:attempt")) return;
  const error = outcome.name === "fail" ? outcome.error : outcome.name === "ignore" ? outcome.reason : undefined;
  publish("typeorm-jobs:attempt", {
    type: "outcome",
    ...attempt.describe(),
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

function announceUnsettled(attempt: Attempt, { name }: WrittenOutcome, error: unknown): void {
  if (!observed("typeorm-jobs:attempt")) return;
  publish("typeorm-jobs:attempt", { type: "unsettled", ...attempt.describe(), outcome: name, fence: attempt.fence, error });
}

/** A relation is no column: its join column was written, so the instance gets what was set. */
function showRelations({ table, updates, entity }: Attempt): void {
  for (const [name, value] of Object.entries(updates.values)) {
    if (table.metadata.relations.some((relation) => relation.propertyPath === name)) (entity as unknown as Row)[name] = value;
  }
}
