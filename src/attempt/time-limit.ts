import { JobTimeoutError } from "../error/index.js";
import type { Attempt } from "./attempt.js";

/**
 * Ends an attempt that takes longer than its `timeout`: the signal aborts, and after the grace period it is failed, even if the
 * handler never returns. Answers a promise that rejects then, for whoever waits for the handler.
 */
export function limitTime(attempt: Attempt): Promise<never> | undefined {
  const { timeout } = attempt.options;
  if (timeout === null) return undefined;
  const error = new JobTimeoutError({ ...attempt.table.context(attempt.key), timeout });
  return new Promise<never>((_, reject) => {
    let timer = setTimeout(() => {
      attempt.abort(error);
      timer = setTimeout(() => {
        if (attempt.settling) return;
        attempt.settle({ name: "fail", error }, true).catch(() => {}); // told by the event of the outcome
        reject(error);
      }, attempt.table.policy.timeoutGrace);
    }, timeout);
    attempt.onEnd(() => clearTimeout(timer));
  });
}
