import { execFileSync } from "node:child_process";

/** A process of this machine. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** All processes that run now, zombies left out: they hold nothing any more. */
export function processTable(): ProcessEntry[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8", maxBuffer: 64 << 20 }).split(
    "\n",
  );
  return lines.flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || state?.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), command: command ?? "" }];
  });
}

/** A process and all that came from it, as long as their parents live. */
export function familyOf(pid: number, table: readonly ProcessEntry[] = processTable()): number[] {
  return [pid, ...table.filter(({ parent }) => parent === pid).flatMap((child) => familyOf(child.pid, table))];
}
