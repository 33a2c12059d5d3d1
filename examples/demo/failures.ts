import { PackageJob } from "./package-job.js";
import { projectFolder } from "./packages.js";
import { clip, paint, print, tell } from "./terminal.js";

/** How many tracebacks are shown in full. */
const IN_FULL = 2;

/** How the jobs stand, and for those that are no success (yet): why. */
export async function showSummary(): Promise<void> {
  tell("By status", listed(await PackageJob.countByStatus()));
  const byReason = listed(await PackageJob.countByStatus({ by: "reason" }));
  if (byReason !== "") tell("By reason", byReason);
}

/** What failed, and why. */
export async function showFailures(): Promise<void> {
  const failed = await PackageJob.findByStatus(["failed", "ignored"]);
  for (const [index, { id, errors }] of failed.entries()) {
    // A record of each attempt that failed, the newest last. They stay when the job succeeds later.
    const last = errors.at(-1);
    print(clip(`${paint("red", "✗")} ${paint("cyan", id)} (${errors.length} attempts, ${last?.code ?? "no code"})`));
    const lines = (last?.traceback ?? "").replaceAll(projectFolder, ".").split("\n");
    for (const line of index < IN_FULL ? lines : lines.slice(0, 1)) print(clip(`    ${line}`));
  }
}

function listed(counts: Readonly<Record<string, number>>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.map(([name, count]) => `${name} ${count}`).join(", ");
}
