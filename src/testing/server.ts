import { randomBytes } from "node:crypto";
import { chownSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "./free-port.js";
import { type Program, runProgram } from "./run-program.js";
import type { ServerOrder } from "./supervisor-messages.js";
import { binariesFor, type Workplace } from "./workplace.js";

/** A PostgreSQL server that accepts connections. */
export interface Server {
  readonly url: string;
  /** Resolves when the server ended, whoever ended it. */
  readonly ended: Promise<unknown>;
  /** Ends it within about five seconds, whatever its clients are doing. */
  stop(): Promise<void>;
}

const portAttempts = 5;

/** Makes a database cluster in the workplace and starts a server on it. Throws with PostgreSQL's own words when it can't. */
export async function startServer(workplace: Workplace, order: ServerOrder): Promise<Server> {
  const bin = join(binariesFor(workplace, order.native), "bin");
  const data = join(workplace.folder, "data");
  const password = randomBytes(16).toString("hex");
  await makeCluster(workplace, join(bin, "initdb"), data, password);

  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = runProgram(workplace, join(bin, "postgres"), ["-D", data, ...settingFlags(order, port)]);
    if (await isReady(server, data)) {
      return {
        url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
        ended: server.ended,
        stop: () => stop(server),
      };
    }
    // Somebody else took the port between our look and the server's bind: try another.
    const portTaken = server.lastWords().includes("could not bind");
    if (!portTaken || attempt === portAttempts) throw new Error(`PostgreSQL didn't start: ${server.lastWords()}`);
  }
}

async function makeCluster(workplace: Workplace, initdb: string, data: string, password: string): Promise<void> {
  const passwordFile = join(workplace.folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (workplace.account !== undefined) chownSync(passwordFile, workplace.account.uid, workplace.account.gid);
  const program = runProgram(workplace, initdb, [
    `--pgdata=${data}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    // Not the machine's: with LANG=C the database would be SQL_ASCII, and sort order would differ between machines.
    "--encoding=UTF8",
    "--locale=C",
    // This is about the empty cluster only; the server itself is as durable as its settings say.
    "--no-sync",
  ]);
  if ((await program.ended) !== 0) throw new Error(`PostgreSQL's initdb failed: ${program.lastWords()}`);
}

function settingFlags({ settings }: ServerOrder, port: number): string[] {
  // Ours last, so they win. No socket file: it would lie outside our folder.
  const all = { ...settings, port: `${port}`, listen_addresses: "127.0.0.1", unix_socket_directories: "" };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Waits for the server's own mark in its pid file, as pg_ctl does; its log says the same, but settings may silence or move it. */
async function isReady(server: Program, data: string): Promise<boolean> {
  while (server.child.exitCode === null && server.child.signalCode === null) {
    if (statusIn(join(data, "postmaster.pid")) === "ready") return true;
    await Promise.race([wait(10), server.ended]);
  }
  await server.ended;
  return false;
}

function statusIn(pidFile: string): string | undefined {
  try {
    return readFileSync(pidFile, "utf8").split("\n")[7]?.trim();
  } catch {
    return undefined; // not written yet
  }
}

async function stop(server: Program): Promise<void> {
  // "Immediate": no checkpoint of data that is deleted next; still frees shared memory and waits for every backend.
  server.child.kill("SIGQUIT");
  await server.ended;
}
