import { InvalidOptionError } from "../error/index.js";
import { type Duration, parseDuration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";
import { safeText } from "../util/safe-text.js";
import { started } from "./open-attempts.js";

/** What the column `reason` can hold. */
const MAX_REASON = 64;

/** Asks for the outcome ignore. */
export async function askIgnore(entity: object, reason: string): Promise<void> {
  const attempt = started(entity);
  if (typeof reason !== "string" || reason === "") {
    throw new InvalidOptionError("ignore.reason", "a text that says why", reason, attempt.context());
  }
  return attempt.settle({ name: "ignore", reason });
}

/** Asks for the outcome release. */
export async function askRelease(entity: object, options: { delay?: Duration; reason?: string }): Promise<void> {
  const attempt = started(entity);
  checkKnown(options, ["delay", "reason"], "release options");
  return attempt.settle({
    name: "release",
    delay: parseDuration("release.delay", options.delay ?? 0),
    reason: releaseReason(options.reason),
  });
}

/**
 * The reason of a release as the column takes it.
 *
 * @throws InvalidOptionError when it is too long
 */
export function releaseReason(reason: string | undefined): string | null {
  if (reason === undefined) return null;
  if (typeof reason === "string" && reason.length <= MAX_REASON) return safeText(reason);
  throw new InvalidOptionError("release.reason", `a text of at most ${MAX_REASON} characters`, reason);
}
