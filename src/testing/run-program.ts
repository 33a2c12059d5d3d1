import { type ChildProcess, spawn } from "node:child_process";
import type { Workplace } from "./workplace.js";

/** A running PostgreSQL program. */
export interface Program {
  readonly child: ChildProcess;
  /** Resolves when it ended, with its exit code (null after a signal). Rejects when it couldn't be started. */
  readonly ended: Promise<number | null>;
  /** The last of what it wrote to stderr, for error messages. */
  lastWords(): string;
}

const keptWords = 4000;

/** Starts a PostgreSQL program in its workplace; it prints nothing to ours. */
export function runProgram(workplace: Workplace, file: string, args: readonly string[]): Program {
  const child = spawn(file, args, {
    ...workplace.account,
    cwd: workplace.folder,
    env: environment(),
    stdio: ["ignore", "ignore", "pipe"],
    windowsHide: true,
  });
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-keptWords);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    // Not "exit": the last words may come after it.
    child.once("close", resolve);
  });
  // Whoever awaits it gets the error; nobody awaiting it yet must not end the supervisor.
  ended.catch(() => undefined);
  return { child, ended, lastWords: () => words.trim() };
}

/** The user's environment without what would redirect or translate PostgreSQL (PGDATA, PGPORT, LANG, ...). */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}
