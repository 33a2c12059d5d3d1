import { MAX_TIMER } from "./duration.js";

/**
 * Waits for a promise, at most `ms` milliseconds (and at most 24.8 days, the longest timer).
 *
 * @param onTimeout makes the error to reject with
 * @param late gets the value of a promise that resolves after the timeout, so that it can be given back
 * @throws what the promise rejects with in time (a later rejection is swallowed), or the error of `onTimeout`
 * @example
 * const client = await withTimeout(pool.connect(), 5_000, () => new JobConnectionTimeoutError({ waited: 5_000 }), (it) => it.release());
 */
export function withTimeout<T>(
  promise: PromiseLike<T>,
  ms: number,
  onTimeout: () => Error,
  late?: (value: T) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timedOut = false;
    // Not unref'd: a process whose only work is this wait must live to see its end.
    const timer = setTimeout(
      () => {
        timedOut = true;
        reject(onTimeout());
      },
      Math.min(ms, MAX_TIMER),
    );
    promise.then(
      (value) => {
        if (timedOut) return giveBack(value, late);
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error); // without effect after the timeout: that is how a late rejection is swallowed
      },
    );
  });
}

function giveBack<T>(value: T, late?: (value: T) => void): void {
  try {
    late?.(value);
  } catch {
    // Nobody waits any more who could be told, and an unhandled rejection would end the process.
  }
}
