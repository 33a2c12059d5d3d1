import { JobTimeoutError } from "../error/index.js";
import type { Attempt } from "./attempt.js";

/**
 * Ends an attempt that takes longer than its `timeout`: the signal aborts, and after the grace period it is failed, even if the
 * handler never returns. Answers a promise that rejects then, for whoever waits for the handler.
 *
 * @param keepAlive whether the process must live to see it: where nobody waits, a limit alone is no work
 */
export function limitTime(attempt: Attempt, keepAlive: boolean): Promise<never> | undefined {
  const { timeout } = attempt.options;
  if (timeout === null) return undefined;
  const error = new JobTimeoutError({ ...attempt.context(), timeout });
  return new Promise<never>((_, reject) => {
    const after = (delay: number, then: () => void) => {
      const started = setTimeout(then, delay);
      return keepAlive ? started : started.unref();
    };
    let timer = after(timeout, () => {
      attempt.abort(error);
      timer = after(attempt.table.policy.timeoutGrace, () => {
        if (attempt.settling) return;
        attempt.settle({ name: "fail", error }, true).catch(() => {}); // told by the event of the outcome
        reject(error);
      });
    });
    attempt.onEnd(() => clearTimeout(timer));
  });
}
