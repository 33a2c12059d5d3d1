import { hostname } from "node:os";

const MAX = 128;

/** Who holds a lock: host and process. */
export function lockBy(): string {
  return `${hostname()}:${process.pid}`.slice(-MAX);
}
