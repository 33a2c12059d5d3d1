import { setTimeout as wait } from "node:timers/promises";
import { In, Raw } from "typeorm";
import { JobLockLostError, JobStatus, type Work } from "../../src/index.js";
import { PackageJob } from "./package-job.js";

/** How one process fared. */
export interface Tally {
  succeeded: number;
  failed: number;
  /** Starts that were refused, for another process was faster. */
  refused: number;
}

/**
 * Runs due jobs until none are left that may still become due. Any number of processes may do this side by side: they find the same
 * jobs, and whoever starts one first has it. (A worker, which does all this by itself, comes with a later version of the library.)
 */
export async function workThrough(work: Work<PackageJob, true>): Promise<Tally> {
  const tally: Tally = { succeeded: 0, failed: 0, refused: 0 };
  for (;;) {
    const due = await findDue();
    for (const { id } of due) tally[await attempt(id, work)] += 1;
    if (due.length > 0) continue;
    if ((await countOpen()) === 0) return tally;
    // What is left runs elsewhere, or waits for its second try.
    await wait(100);
  }
}

/** Jobs that are neither succeeded nor ignored. */
export async function countOpen(): Promise<number> {
  const { pending, in_progress, failed } = await PackageJob.countByStatus();
  return pending + in_progress + failed;
}

async function attempt(id: string, work: Work<PackageJob, true>): Promise<keyof Tally> {
  try {
    // A failure is in the row with its traceback by now: `skipError` keeps it from ending this loop too.
    const result = await PackageJob.tryRun(id, work, { skipError: true });
    if (result === null) return "refused";
    return result ? "succeeded" : "failed";
  } catch (error) {
    // This process slept past the end of its lock (a closed laptop), and the job is somebody else's now.
    if (error instanceof JobLockLostError) return "refused";
    throw error;
  }
}

/** A few at a time: the longer the list, the more of it others have done before its end is reached. */
function findDue(): Promise<Pick<PackageJob, "id">[]> {
  return PackageJob.find({
    select: { id: true },
    // By the database's clock, which made it.
    where: { status: In([JobStatus.Pending, JobStatus.Failed]), runAt: Raw((runAt) => `${runAt} <= now()`) },
    order: { priority: "ASC", runAt: "ASC", id: "ASC" },
    take: 5,
  });
}
