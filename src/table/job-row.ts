import type { JobFailure } from "../failure/job-failure.js";

/** The columns of a job, as `JobMixin` adds them to an entity. All but `priority`, `runAt` (insert only) and `data` are managed: the library alone writes them. */
export interface JobRow<Data extends object = object> {
  /** A code; `JobStatus`, or of the class's own steps. */
  readonly status: number;
  /** Why the last outcome was no success; null at start and success. */
  readonly reason: string | null;
  /** Lower runs first; default 0. */
  priority: number;
  /** Not before this time; null: not due (running or finished, or never enqueued). */
  runAt: Date | null;
  /** The random token of the attempt that runs; null: unlocked. */
  readonly lock: string | null;
  /** When the lock was taken (database time); stays after the outcome. */
  readonly lockAt: Date | null;
  /** When the lock expires (database time). */
  readonly lockUntil: Date | null;
  /** Host, process and worker of the holder. */
  readonly lockBy: string | null;
  /** Grows by one at each start and never goes back: hand it to outside systems. */
  readonly fence: number;
  /** Failed attempts in a row; 0 again at success. */
  readonly retry: number;
  /** The user's. */
  data: Data;
  /** One record per failed or lost attempt, newest last. */
  readonly errors: readonly JobFailure[];
  readonly createdAt: Date;
  /** Moves at every transition, and only there. */
  readonly updatedAt: Date;
  /** When the job succeeded or was ignored. */
  readonly finishedAt: Date | null;
}

/** Names of the job columns that users can't write. */
export type ManagedColumn = Exclude<keyof JobRow, "priority" | "runAt" | "data">;
