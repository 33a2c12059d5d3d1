import type { Row } from "../dialect/index.js";
import { JobLockLostError, JobOutcomeUnknownError } from "../error/index.js";
import type { CapturedFailure } from "../failure/redact-failure.js";
import { type Settled, settleDoubt } from "../store/doubt.js";
import type { Attempt } from "./attempt.js";
import { judge, WriteError } from "./write-error.js";

/** How often an outcome is written at most. */
const TRIES = 5;
/** How long, in milliseconds, a transaction in doubt is waited for, and a database that is away. */
const PATIENCE = 30_000;

/**
 * Writes an outcome, again where the database asks for it, and never twice: when an answer was lost, the row itself tells whether
 * it was written. Answers the row as written.
 *
 * @param mine the record that the outcome leaves, if any
 * @throws WriteError with what kept the outcome from being written, while the attempt stands; JobLockLostError; JobOutcomeUnknownError
 */
export async function writeOutcome(
  attempt: Attempt,
  mine: CapturedFailure | undefined,
  write: () => Promise<Row | undefined>,
): Promise<Row> {
  for (let tries = 1; ; tries++) {
    let row: Row | undefined;
    try {
      row = await write();
    } catch (error) {
      const refused = judge(attempt.table, error);
      const { verdict, cause } = refused;
      if (verdict === "final") throw refused;
      let ours = attempt.trusted();
      if (verdict !== "again") {
        const settled = await askRow(attempt, mine, cause);
        if (settled.state === "lost") throw new JobLockLostError({ ...attempt.context(), cause });
        if (settled.state === "written") return settled.row;
        ours = true; // the row has just said so: after an outage there is no trust left, only broken connections
      }
      if (verdict === "ended" || tries >= TRIES || !ours) throw new WriteError("final", cause);
      await pause(tries);
      continue;
    }
    if (row) return row;
    throw new JobLockLostError(attempt.context());
  }
}

/** Asks the row what became of the attempt, again and again while the database is away: an answer is worth waiting for. */
async function askRow(attempt: Attempt, mine: CapturedFailure | undefined, cause: unknown): Promise<Settled> {
  const { table } = attempt;
  const end = performance.now() + PATIENCE;
  for (let tries = 1; ; tries++) {
    try {
      return await settleDoubt(table, attempt, cause, mine, PATIENCE);
    } catch (error) {
      if (error instanceof JobOutcomeUnknownError) throw error;
      // Under a stricter isolation, waiting for the transaction in doubt ends in a serialization failure: it is over then.
      const again = table.dialect.isConnectionLost(error) || table.dialect.isRetryable(error);
      if (!again || performance.now() >= end) throw new JobOutcomeUnknownError({ ...attempt.context(), cause });
      await pause(tries);
    }
  }
}

/** Grows from 20 ms to a second, with jitter: callers that failed together don't return together. */
function pause(tries: number): Promise<void> {
  const delay = Math.min(1000, 10 * 2 ** tries) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, delay));
}
