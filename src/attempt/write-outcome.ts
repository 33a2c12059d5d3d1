import type { Row } from "../dialect/index.js";
import { JobLockLostError, JobOutcomeUnknownError } from "../error/index.js";
import type { JobFailure } from "../failure/job-failure.js";
import { type Settled, settleDoubt } from "../store/doubt.js";
import type { JobTable } from "../table/job-table.js";
import { judge, WriteError } from "./write-error.js";

/** The attempt whose outcome is written. */
export interface Settling {
  readonly table: JobTable;
  readonly key: unknown;
  readonly lock: string;
  readonly fence: number;
  /** Whether the lock can still be believed to be ours. */
  trusted(): boolean;
}

/** How often an outcome is written at most. */
const TRIES = 5;
/** How long, in milliseconds, a transaction in doubt is waited for, and a database that is away. */
const PATIENCE = 30_000;

/**
 * Writes an outcome, again where the database asks for it, and never twice: when an answer was lost, the row itself tells whether
 * it was written. Answers the row as written.
 *
 * @throws WriteError with what kept the outcome from being written, while the attempt stands; JobLockLostError; JobOutcomeUnknownError
 * @param mine the record that the outcome leaves, if any
 */
export async function writeOutcome(
  settling: Settling,
  mine: Pick<JobFailure, "error"> | undefined,
  write: () => Promise<Row | undefined>,
): Promise<Row> {
  const { table, key } = settling;
  for (let tries = 1; ; tries++) {
    let row: Row | undefined;
    try {
      row = await write();
    } catch (error) {
      const refused = judge(table, error);
      const { verdict, cause } = refused;
      if (verdict === "final") throw refused;
      let ours = settling.trusted();
      if (verdict !== "again") {
        const settled = await askRow(settling, mine, cause);
        if (settled.state === "lost") throw new JobLockLostError({ ...table.context(key), cause });
        if (settled.state === "written") return settled.row;
        ours = true; // the row has just said so: after an outage there is no trust left, only broken connections
      }
      if (verdict === "ended" || tries >= TRIES || !ours) throw new WriteError("final", cause);
      await pause(tries);
      continue;
    }
    if (row) return row;
    throw new JobLockLostError(table.context(key));
  }
}

/** Asks the row what became of the attempt, again and again while the database is away: an answer is worth waiting for. */
async function askRow(settling: Settling, mine: Pick<JobFailure, "error"> | undefined, cause: unknown): Promise<Settled> {
  const { table, key } = settling;
  const end = performance.now() + PATIENCE;
  for (let tries = 1; ; tries++) {
    try {
      return await settleDoubt(table, settling, cause, mine, PATIENCE);
    } catch (error) {
      if (error instanceof JobOutcomeUnknownError) throw error;
      // Under a stricter isolation, waiting for the transaction in doubt ends in a serialization failure: it is over then.
      const again = table.dialect.isConnectionLost(error) || table.dialect.isRetryable(error);
      if (!again || performance.now() >= end) throw new JobOutcomeUnknownError({ ...table.context(key), cause });
      await pause(tries);
    }
  }
}

/** Grows from 20 ms to a second, with jitter: callers that failed together don't return together. */
function pause(tries: number): Promise<void> {
  const delay = Math.min(1000, 10 * 2 ** tries) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, delay));
}
