import { safeText } from "../util/safe-text.js";
import { codeOf } from "./code-of.js";
import { framesOf, titleOf } from "./describe-thrown.js";
import { isError } from "./is-error.js";
import type { JobFailure } from "./job-failure.js";
import { shorten } from "./json-size.js";
import { nameOf } from "./name-of.js";
import { type CapturedFailure, redactFailure } from "./redact-failure.js";
import { renderTraceback } from "./render-traceback.js";
import { linksOf, rootCauseOf, type ThrownLink } from "./thrown-links.js";

export interface CaptureOptions {
  attempt: number;
  fence: number;
  by: string | null;
  /** How many bytes the whole record may take as JSON; at least 1,024. */
  captureLimit: number;
  redact?: ((record: JobFailure) => JobFailure) | undefined;
}

/** What the database will add: the time, with its name, quotes and comma. */
const AT_SIZE = JSON.stringify({ at: new Date(0).toISOString() }).length;
const MAX_CAUSE = 500;

/**
 * Makes the record of a failed attempt from whatever was thrown. It never throws, and never reads more of an error than its name,
 * message, stack, code, causes and members: other properties (such as the parameters of a query) may hold what must not be kept.
 *
 * @example
 * captureFailure(new TypeError("boom"), { attempt: 1, fence: 7, by: "host:1", captureLimit: 16_384 })
 * // { attempt: 1, fence: 7, by: "host:1", error: "TypeError: boom", traceback: "TypeError: boom\n    at ..." }
 */
export function captureFailure(thrown: unknown, options: CaptureOptions): CapturedFailure {
  try {
    const { redact, captureLimit } = options;
    const record = limit(describe(thrown, options), captureLimit, linksOfCaught(thrown));
    return redact ? limit(redactFailure(record, redact, nameOf(thrown)), captureLimit) : record;
  } catch {
    // Every way known to get here is handled before. But a job whose failure can't be recorded would be tried for ever.
    const { attempt, fence, by } = options;
    return { attempt, fence, by: by && safeText(by), error: "an error that can't be described", traceback: "" };
  }
}

function describe(thrown: unknown, { attempt, fence, by }: CaptureOptions): CapturedFailure {
  const record: CapturedFailure = { attempt, fence, by, error: titleOf(thrown), traceback: "" };
  const code = codeOf(thrown);
  const root = rootCauseOf(thrown);
  if (code !== undefined) record.code = code;
  if (root !== undefined) record.cause = titleOf(root);
  return record;
}

/** Without a stack of its own, the place where it was caught is the best there is. */
function linksOfCaught(thrown: unknown): ThrownLink[] {
  const links = linksOf(thrown);
  if (isError(thrown)) return links;
  const here = { stack: "" };
  Error.captureStackTrace(here, captureFailure);
  return [
    { title: links[0]!.title, frames: `    (no stack was thrown; it was caught here)\n${framesOf(here)}` },
    ...links.slice(1),
  ];
}

/** Makes every text storable and small enough. The traceback, written from `links` if they are given, gets what the others leave. */
function limit(record: CapturedFailure, captureLimit: number, links?: readonly ThrownLink[]): CapturedFailure {
  const limited: CapturedFailure = { ...record, error: shorten(record.error, captureLimit / 4), traceback: "" };
  if (record.by !== null) limited.by = shorten(record.by, captureLimit / 8);
  if (record.cause !== undefined) limited.cause = shorten(record.cause, Math.min(MAX_CAUSE, captureLimit / 8));
  const room = captureLimit - AT_SIZE - Buffer.byteLength(JSON.stringify(limited));
  limited.traceback = links ? renderTraceback(links, room) : shorten(record.traceback, room);
  return limited;
}
