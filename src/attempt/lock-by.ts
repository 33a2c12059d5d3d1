import { hostname } from "node:os";

/** What the column can hold. */
const MAX = 128;

/** Who holds a lock: host and process. Asked once: the host's name is a system call. */
export const LOCK_BY = `${hostname()}:${process.pid}`.slice(-MAX);
