import { execFileSync } from "node:child_process";

/** A user of the operating system. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom the server runs as when root starts it, for PostgreSQL refuses to run as root: `nobody`. Every system has it, so none is
 * added and none stays behind. Undefined for everyone else: the server runs as they do.
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOf("-u"), gid: idOf("-g") };
}

function idOf(kind: "-u" | "-g"): number {
  const id = Number(execFileSync("id", [kind, "nobody"], { encoding: "utf8" }));
  // macOS prints nobody's -2 as 4294967294, which spawn() would refuse.
  return id | 0;
}
