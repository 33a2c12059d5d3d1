import { setTimeout as wait } from "node:timers/promises";
import { In } from "typeorm";
import type { Crew, Worker } from "./crew.js";
import { PackageJob } from "./package-job.js";
import type { Progress } from "./progress.js";
import { paint, tell } from "./terminal.js";

/**
 * Watches the workers until all have ended: shows how far they are, kills one half-way, and rescues the job it held.
 * Resolves to the keys of rescued jobs.
 */
export async function watch({ crew, victim, progress }: { crew: Crew; victim: Worker; progress: Progress }): Promise<string[]> {
  const before = await showProgress(progress);
  const rescued: string[] = [];
  let killing: Promise<void> | undefined;
  while (crew.isRunning) {
    await wait(50);
    const now = await showProgress(progress);
    // Not awaited here: the victim may wait for jobs that an earlier run left behind, and only this loop rescues them.
    if (now.done - before.done >= now.open) killing ??= killAtWork(victim, progress);
    rescued.push(...(await rescueLost(progress)));
  }
  await killing;
  await showProgress(progress);
  progress.end();
  return rescued;
}

/** The rows are all there is to know: no process counts for the others. */
async function showProgress(progress: Progress): Promise<{ done: number; open: number }> {
  const { succeeded, ignored, failed, pending, in_progress } = await PackageJob.countByStatus();
  progress.show(succeeded + ignored, failed);
  return { done: succeeded + ignored, open: pending + in_progress + failed };
}

/** Kills a process at a moment when it surely holds a job: it stands still in the body of its next one, and tells. */
async function killAtWork(victim: Worker, progress: Progress): Promise<void> {
  victim.order("stall");
  const held = await victim.report("holding");
  if (held === undefined) return; // the others left it nothing to do
  await victim.kill();
  progress.above(() => {
    tell("Killed", `${victim.name} by SIGKILL, half-way, in the middle of ${paint("cyan", held.id)}`);
    tell("", "Its lock lives on for at most 2 s, while the others go on with the rest.");
  });
}

/** The sweep: nobody renews the lock of a dead process, so it expires, and `rescue` makes the job due again. */
async function rescueLost(progress: Progress): Promise<string[]> {
  const lost = (await PackageJob.findExpired()).map(({ id }) => id);
  if (lost.length === 0) return [];
  await PackageJob.rescue();
  const rescued = await PackageJob.findBy({ id: In(lost) });
  progress.above(() => {
    for (const { id, kind, errors } of rescued) {
      const record = errors.findLast(({ code }) => code === "lock_expired");
      tell("Rescued", `${paint("cyan", id)}: ${kind === "ignored" ? "ignored, for that was its last attempt" : "due again"}`);
      tell("", `Its record: attempt ${record?.attempt}, fence ${record?.fence}, by ${record?.by}, code ${record?.code}`);
    }
  });
  return lost;
}
