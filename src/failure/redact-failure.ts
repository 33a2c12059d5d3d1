import { usable } from "./code-of.js";
import type { JobFailure } from "./job-failure.js";
import { read } from "./read.js";

/** A record before it is stored: the time is added by the database. */
export type CapturedFailure = Omit<JobFailure, "at">;

/**
 * Lets the user's `redact` change a record. If that throws, or gives nothing that can be stored, all text of the error goes but
 * its name: a record with secrets is worse than one that says little, and a redaction must never be a second failure.
 */
export function redactFailure(
  record: CapturedFailure,
  redact: (record: JobFailure) => JobFailure,
  name: string,
): CapturedFailure {
  try {
    return (
      readBack(record, redact({ ...record, at: new Date().toISOString() })) ?? reduced(record, name, "gave no usable record")
    );
  } catch {
    return reduced(record, name, "threw");
  }
}

/** Takes the texts from the user's answer, and the numbers from ours: settling an attempt relies on its fence. */
function readBack({ attempt, fence }: CapturedFailure, answer: unknown): CapturedFailure | undefined {
  const by = read(answer, "by") ?? null;
  const error = read(answer, "error");
  const traceback = read(answer, "traceback");
  const code = read(answer, "code");
  const cause = read(answer, "cause");
  if (typeof error !== "string" || typeof traceback !== "string") return undefined;
  if (by !== null && typeof by !== "string") return undefined;
  const redacted: CapturedFailure = { attempt, fence, by, error, traceback };
  if (typeof code === "string" && usable(code) !== undefined) redacted.code = code;
  if (typeof cause === "string") redacted.cause = cause;
  return redacted;
}

function reduced({ attempt, fence, by }: CapturedFailure, name: string, why: string): CapturedFailure {
  return { attempt, fence, by, error: name, traceback: `${name}\n    (nothing more was stored: policy.redact ${why})` };
}
