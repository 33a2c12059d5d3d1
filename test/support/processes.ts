import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Mailbox, type Message, type Wanted } from "./mailbox.js";

/** How a process ended: one of the two is null. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that a test started; it is killed at the end of the test at the latest. */
export interface TestProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /**
   * The next message of this type (or that matches), each handed out once, whether it came already or not.
   * Rejects with what the process wrote to stderr when it ends without sending it.
   */
  message<M extends Message = Message>(wanted: Wanted): Promise<M>;
  send(message: Message & object): Promise<void>;
  /** Default SIGKILL. */
  kill(signal?: NodeJS.Signals): void;
  /** To the process and all its children, as a terminal's Ctrl-C does; only with `group: true`. */
  killGroup(signal: NodeJS.Signals): void;
  /** How it ended, once its output is complete too. */
  readonly exited: Promise<Ending>;
  stdout(): string;
  stderr(): string;
}

/** How to start a process. */
export interface ProcessOptions {
  /** Added to the environment of the tests; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A process group of its own, for `killGroup`. Default false. */
  readonly group?: boolean;
  /** Flags for Node. Default `--enable-source-maps`. */
  readonly execArgv?: readonly string[];
}

const running = new Set<ChildProcess>();

// Also when the test failed or timed out: a process left over would write into the next test's tables.
afterEach(async () => {
  for (const child of running) {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
});

/**
 * Starts a compiled script of the tests as a process of its own; the script calls `childMain`.
 *
 * @param script its URL: `new URL("./some-script.js", import.meta.url)`
 * @param args anything JSON can carry
 */
export function startProcess(script: URL, args: unknown = null, options: ProcessOptions = {}): TestProcess {
  const { env = {}, group = false, execArgv = ["--enable-source-maps"] } = options;
  const child = fork(fileURLToPath(script), [JSON.stringify(args)], {
    env: { ...process.env, ...env },
    detached: group,
    execArgv: [...execArgv],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`could not start ${script}`);
  running.add(child);
  child.once("exit", () => running.delete(child));

  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const mailbox = new Mailbox();
  child.on("message", (message) => mailbox.add(message as Message));
  // Not "exit": the last messages and output may come after it.
  const exited = new Promise<Ending>((resolve) => {
    child.once("close", (code, signal) => {
      mailbox.close(new Error(`the process ended (${signal ?? `code ${code}`}) without this message; stderr: ${stderr()}`));
      resolve({ code, signal });
    });
  });

  return {
    child,
    pid,
    message: <M extends Message>(wanted: Wanted) => mailbox.take(wanted) as Promise<M>,
    send: (message) => new Promise((resolve, reject) => child.send(message, (error) => (error ? reject(error) : resolve()))),
    kill: (signal = "SIGKILL") => void child.kill(signal),
    killGroup: (signal) => void process.kill(-pid, signal),
    exited,
    stdout,
    stderr,
  };
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
