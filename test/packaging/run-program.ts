import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** How a program ended and what it wrote. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; what this process was told about finding modules isn't passed on. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>> },
): Promise<Ran> {
  const { NODE_PATH: _, NODE_OPTIONS: __, ...inherited } = process.env;
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: { ...inherited, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32" && command === "npm",
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** The same for one that must succeed: what it wrote to stdout. */
export async function outputOf(...call: Parameters<typeof runProgram>): Promise<string> {
  const { code, stdout, stderr } = await runProgram(...call);
  if (code !== 0) throw new Error(`${call[0]} ${call[1].join(" ")} ended with code ${code}:\n${stderr}${stdout}`);
  return stdout;
}
