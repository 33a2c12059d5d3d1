import { InvalidOptionError } from "../error/index.js";
import { type Duration, parseDuration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";
import { safeText } from "../util/safe-text.js";
import type { Attempt } from "./attempt.js";
import { started } from "./open-attempts.js";
import type { WrittenOutcome } from "./outcome.js";

/** What the column `reason` can hold. */
const MAX_REASON = 64;

/** Asks for an outcome. Answers the attempt's own promise; what is wrong with the call rejects too. */
export function askOutcome(entity: object, outcome: (attempt: Attempt) => WrittenOutcome): Promise<void> {
  try {
    const attempt = started(entity);
    return attempt.settle(outcome(attempt));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Asks for the outcome ignore. */
export function askIgnore(entity: object, reason: string): Promise<void> {
  return askOutcome(entity, (attempt) => {
    if (typeof reason === "string" && reason !== "") return { name: "ignore", reason };
    throw new InvalidOptionError("ignore.reason", "a text that says why", reason, attempt.context());
  });
}

/** Asks for the outcome release. */
export function askRelease(entity: object, options: { delay?: Duration; reason?: string }): Promise<void> {
  return askOutcome(entity, () => {
    checkKnown(options, ["delay", "reason"], "release options");
    return {
      name: "release",
      delay: parseDuration("release.delay", options.delay ?? 0),
      reason: releaseReason(options.reason),
    };
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
