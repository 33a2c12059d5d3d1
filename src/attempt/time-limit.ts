import { JobTimeoutError } from "../error/index.js";
import type { Attempt } from "./attempt.js";

/** The limit of one attempt. */
export interface TimeLimit {
  /** Rejects when the limit and the grace period are over. */
  readonly exceeded: Promise<never>;
  /** Nobody is at work any more. */
  stop(): void;
}

/**
 * Ends an attempt that takes longer than its `timeout`: the signal aborts, and after the grace period it is failed, even if the
 * handler never returns. An outcome that the handler had asked for stands, and whoever waits for the handler is let go all the same.
 *
 * @param keepAlive whether the process must live to see it: where nobody waits, a limit alone is no work
 */
export function limitTime(attempt: Attempt, keepAlive: boolean): TimeLimit | undefined {
  const { timeout } = attempt.options;
  if (timeout === null) return undefined;
  const error = new JobTimeoutError({ ...attempt.table.context(attempt.key), timeout });
  let timer: NodeJS.Timeout;
  const exceeded = new Promise<never>((_, reject) => {
    const after = (delay: number, then: () => void) => {
      timer = setTimeout(then, delay);
      if (!keepAlive) timer.unref();
    };
    after(timeout, () => {
      attempt.abort(error);
      after(attempt.table.policy.timeoutGrace, () => {
        if (!attempt.settling) attempt.settle({ name: "fail", error }, true).catch(() => {}); // told by the event of the outcome
        reject(error);
      });
    });
  });
  return { exceeded, stop: () => clearTimeout(timer) };
}
