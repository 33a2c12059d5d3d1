import { JobAttemptOpenError } from "../error/index.js";
import { attemptOf } from "./open-attempts.js";

/**
 * Keeps TypeORM from writing an instance whose attempt is open: the row changes through `updates` alone.
 *
 * @throws JobAttemptOpenError
 */
export function refuseOpen(entity: object): void {
  const attempt = attemptOf(entity);
  if (attempt && !attempt.settling) throw new JobAttemptOpenError(attempt.context());
}
