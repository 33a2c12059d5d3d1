/** A process that owns a temporary database, says so, and then ends in the way it is told to. */
import pg from "pg";
import { startTemporaryDatabase } from "../../src/testing/index.js";
import { childMain } from "../support/child-main.js";

export type Ending = "stop" | "return" | "exit" | "uncaught" | "wait";

childMain<Ending>(async (ending, channel) => {
  const database = await startTemporaryDatabase();
  const client = new pg.Client({ connectionString: database.url });
  // The server goes away under it, in the cases where this process is still there to see it.
  client.on("error", () => undefined);
  await client.connect();
  await channel.send({ type: "running" });
  // The test looks at our processes first: some of the endings are quick.
  await channel.message("seen");

  if (ending === "exit") process.exit(3);
  if (ending === "uncaught") setImmediate(() => thrown());
  if (ending === "wait" || ending === "uncaught") await channel.message("never");
  await client.end();
  if (ending === "stop") await database.stop();
});

function thrown(): never {
  throw new Error("nobody catches this");
}
