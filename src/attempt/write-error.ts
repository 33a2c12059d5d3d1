import type { JobTable } from "../table/job-table.js";

/**
 * What an error says of the outcome that was being written: not written; not written, try again; can't be known from here; can't
 * be known, and not to be tried again, since user code ended the transaction.
 */
export type Verdict = "final" | "again" | "doubt" | "ended";

/** An error of writing an outcome, with what follows from it. */
export class WriteError extends Error {
  readonly verdict: Verdict;
  override readonly cause: unknown;

  constructor(verdict: Verdict, cause: unknown) {
    super(`${verdict}: an outcome was not written`);
    this.verdict = verdict;
    this.cause = cause;
  }
}

/** Judges an error of a statement of ours. */
export function judge(table: JobTable, error: unknown): WriteError {
  if (error instanceof WriteError) return error;
  if (table.dialect.isRetryable(error)) return new WriteError("again", error);
  return new WriteError(table.dialect.isConnectionLost(error) ? "doubt" : "final", error);
}
