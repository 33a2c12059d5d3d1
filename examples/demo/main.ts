/**
 * The demo: one job for each package in node_modules, done by several processes, one of which is killed half-way.
 * `npm run demo`, or `DATABASE_URL=postgres://... npm run demo`. Begin to read here, then package-job.ts and worker.ts.
 */
import "reflect-metadata";
import { join } from "node:path";
import { In } from "typeorm";
import type { Started } from "../../src/index.js";
import { Crew } from "./crew.js";
import { openDatabase } from "./database.js";
import { showFailures, showSummary } from "./failures.js";
import { inspectPackage } from "./inspect-package.js";
import { PackageJob } from "./package-job.js";
import { findPackages, projectFolder } from "./packages.js";
import { Progress } from "./progress.js";
import { showReport } from "./report.js";
import { paint, print, tell } from "./terminal.js";
import { watch } from "./watch.js";
import { countOpen, workThrough } from "./work-through.js";

const PROCESSES = 3;

// Nothing to clear up here, in any phase: the worker processes and the temporary database notice that we are gone.
process.once("SIGINT", () => {
  print(`\nInterrupted.${process.env.DATABASE_URL ? " The next run goes on from here." : ""}`);
  process.exit(130);
});

const begin = performance.now();
print(paint("bold", "typeorm-jobs: one job for each package in node_modules\n"));
await using database = await openDatabase();
tell("Database", database.description);
await enqueue();
if ((await countOpen()) > 0) await work(database.url);
print();
await showSummary();
await showFailures();
await repair();
print();
await showReport();
tell("Time", `${((performance.now() - begin) / 1000).toFixed(1)} s`);

/** Jobs that are there already, from an earlier run, stay as they are. */
async function enqueue(): Promise<void> {
  const paths = findPackages(join(projectFolder, "node_modules"));
  const jobs = paths.map((path) => ({ id: path, data: { path: `node_modules/${path}` } }));
  const added = await PackageJob.enqueue(jobs, { onConflict: "ignore" });
  const { succeeded } = await PackageJob.countByStatus();
  const skipped = succeeded > 0 ? `, ${succeeded} that succeeded in an earlier run are skipped` : "";
  tell("Jobs", `${paths.length} packages are installed: ${added.length} new jobs${skipped}`);
}

/** Several processes do the jobs. One of them doesn't live to see the end. */
async function work(databaseUrl: string): Promise<void> {
  await using crew = new Crew(PROCESSES, databaseUrl);
  const [, victim] = crew.workers;
  tell("Processes", crew.workers.map(({ name, pid }) => `${name} (pid ${pid})`).join(", "));
  tell("", "Nobody hands out the jobs: each process tries what is due, and the row lets one have it.");
  print();
  await crew.go();
  const rescued = await watch({ crew, victim: victim!, progress: new Progress(await PackageJob.count()) });
  if ((await countOpen()) > 0) throw new Error("the worker processes ended before the jobs did");

  for (const { id, kind, inspectedBy } of await PackageJob.findBy({ id: In(rescued) })) {
    tell("Rescued", `${paint("cyan", id)}: ${kind} in the end${inspectedBy ? `, by ${inspectedBy}` : ""}`);
  }
  const refused = crew.workers.flatMap(({ name, tally }) => (tally ? [`${name} ${tally.refused} times`] : []));
  tell("Too late", `for a job that another process had: ${refused.join(", ")}`);
}

/** Failed jobs aren't lost: the logic is corrected (here: a more lenient rule), and they run again, in this process. */
async function repair(): Promise<void> {
  const count = await PackageJob.rerun({ status: ["failed", "ignored"] });
  if (count === 0) return;
  const { succeeded } = await workThrough(inspectLeniently);
  tell("Rerun", `of ${count} jobs, a licence without its text being enough now: ${succeeded} succeeded`);
  await showSummary();
}

async function inspectLeniently(job: Started<PackageJob>): Promise<true> {
  const facts = await inspectPackage(join(projectFolder, job.data.path), job.id, "lenient");
  job.updates.set({ ...facts, inspectedBy: "the rerun" });
  return true;
}
