/**
 * The program of a temporary database's supervisor: a process of its own that outlives its owner by as long as it takes to stop
 * the server and delete its folder. No owner can promise to do that itself: nothing of it runs after SIGKILL.
 */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { type Server, startServer } from "./server.js";
import type { ServerOrder, SupervisorReport } from "./supervisor-messages.js";
import { openWorkplace } from "./workplace.js";

/** Resolves when the owner is gone or done: the operating system closes our channel, however it ended. */
const ownerLeft = new Promise<void>((resolve) => {
  process.once("disconnect", resolve);
  // It may have left before this module was loaded.
  if (!process.connected) resolve();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
});

async function main(): Promise<void> {
  const order = await Promise.race([once(process, "message") as Promise<[ServerOrder]>, ownerLeft]);
  if (order === undefined) return;
  const failure = await serve(order[0]);
  if (failure !== undefined) await report({ failed: failure });
}

/** Runs one server from its first file to its last; resolves to why there was none. */
async function serve(order: ServerOrder): Promise<string | undefined> {
  const workplace = openWorkplace();
  try {
    const server = await startServer(workplace, order);
    await report({ url: server.url });
    await untilDone(server);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    // A killed server's last children may still be writing: try again for a while.
    await rm(workplace.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function untilDone(server: Server): Promise<void> {
  await Promise.race([ownerLeft, server.ended]);
  await server.stop();
}

async function report(message: SupervisorReport): Promise<void> {
  if (!process.connected) return;
  // An owner that leaves right now is no error here.
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

await main();
// Nothing keeps this process but the channel; a failed deletion has thrown and made the exit code non-zero.
if (process.connected) process.disconnect();
