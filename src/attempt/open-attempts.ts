import { JobNotStartedError } from "../error/index.js";
import type { Attempt } from "./attempt.js";

// Beside the entity and not in it: TypeORM makes instances without their constructor, so private fields would be missing.
const attempts = new WeakMap<object, Attempt>();

/** Binds an attempt to the instance that `start` gives out. */
export function bindAttempt(attempt: Attempt): void {
  attempts.set(attempt.entity, attempt);
}

/** The attempt of an instance, open or settled; undefined: it wasn't started. */
export function attemptOf(entity: object): Attempt | undefined {
  return attempts.get(entity);
}

/**
 * The attempt of an instance.
 *
 * @throws JobNotStartedError for one that `start` or `run` didn't give out
 */
export function started(entity: object): Attempt {
  const attempt = attemptOf(entity);
  if (!attempt) throw new JobNotStartedError({ jobClass: entity.constructor.name });
  return attempt;
}
