/** The program of a worker process: `worker.js <its name>`, with the database in DATABASE_URL. */
import "reflect-metadata";
import { once } from "node:events";
import { join } from "node:path";
import type { Started } from "../../src/index.js";
import { connect } from "./database.js";
import { inspectPackage } from "./inspect-package.js";
import type { Order, Report } from "./messages.js";
import type { PackageJob } from "./package-job.js";
import { projectFolder } from "./packages.js";
import { workThrough } from "./work-through.js";

const [, , name = "worker"] = process.argv;
let stalls = false;

// The demo is gone: nobody waits for us. Jobs may be dropped at any moment, that is the point of them.
process.once("disconnect", () => process.exit());
if (!process.connected) process.exit();

process.on("message", (order: Order) => {
  if (order === "stall") stalls = true;
});

async function inspect(job: Started<PackageJob>): Promise<true> {
  const facts = await inspectPackage(join(projectFolder, job.data.path), job.id, "strict");
  // Where the demo kills this process: in the body of a job, the work done and nothing of it committed.
  if (stalls && job.retry === 0) await standStill(job.id);
  // Checked now, sent with the success, in one statement: there is no moment with one and not the other.
  job.updates.set({ ...facts, inspectedBy: name });
  return true;
}

async function standStill(id: string): Promise<void> {
  report({ type: "holding", id });
  await once(process, "never");
}

function report(message: Report): void {
  process.send?.(message);
}

const dataSource = await connect(process.env.DATABASE_URL ?? "");
report({ type: "ready" });
await once(process, "message");
const tally = await workThrough(inspect);
await dataSource.destroy();
report({ type: "done", tally });
process.removeAllListeners("disconnect").disconnect();
