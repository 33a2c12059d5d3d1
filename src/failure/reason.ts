import { codeOf } from "./code-of.js";
import { nameOf } from "./name-of.js";

/** The values of the `reason` column that the library itself gives. */
export const REASON = Object.freeze({
  exhausted: "exhausted",
  ignored: "ignored",
  cancelled: "cancelled",
  skipped: "skipped",
  abandoned: "abandoned",
  timeout: "timeout",
  lockExpired: "lock_expired",
} as const);

/** How the library's own signal reasons are called in the column. */
const REASON_OF_CODE: ReadonlyMap<string, string> = new Map([
  ["JOB_ABANDONED", REASON.abandoned],
  ["JOB_CANCELLED", REASON.cancelled],
  ["JOB_LOCK_EXPIRED", REASON.lockExpired],
  ["JOB_TIMEOUT", REASON.timeout],
]);

/**
 * What a failure puts into the `reason` column: the error's code where it has a usable one, else its name; at most 64 characters.
 * @example reasonOf(new JobTimeoutError({ timeout: 1000 }))   // "timeout"
 * @example reasonOf(new TypeError("boom"))                    // "TypeError"
 * @example reasonOf("boom")                                   // "thrown string"
 */
export function reasonOf(thrown: unknown): string {
  const code = codeOf(thrown);
  if (code === undefined) return nameOf(thrown);
  return REASON_OF_CODE.get(code) ?? code;
}
