import type { Row } from "../dialect/index.js";
import { JobLockLostError, JobOutcomeUnknownError } from "../error/index.js";
import type { JobFailure } from "../failure/job-failure.js";
import { type Settled, settleDoubt } from "../store/doubt.js";
import type { JobTable } from "../table/job-table.js";
import { judge } from "./write-error.js";

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
      const { verdict, cause } = judge(table, error);
      if (verdict === "final") throw cause;
      if (verdict === "doubt") {
        const settled = await askRow(settling, mine, cause);
        if (settled.state === "lost") throw new JobLockLostError({ ...table.context(key), cause });
        if (settled.state === "written") return settled.row;
      }
      if (tries >= TRIES || !settling.trusted()) throw cause;
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
      return await settleDoubt(table, settling, mine, PATIENCE);
    } catch (error) {
      if (error instanceof JobOutcomeUnknownError) throw error;
      const away = table.dialect.isConnectionLost(error) && performance.now() < end;
      if (!away) throw new JobOutcomeUnknownError({ ...table.context(key), cause });
      await pause(tries);
    }
  }
}

/** Grows from 20 ms to a second, with jitter: callers that failed together don't return together. */
function pause(tries: number): Promise<void> {
  const delay = Math.min(1000, 10 * 2 ** tries) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, delay));
}
