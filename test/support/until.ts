import { setTimeout as wait } from "node:timers/promises";

/** How long and how often to look, and what for. */
export interface UntilOptions {
  /** What is waited for, in words: it ends the sentence "waited 5000 ms for". */
  readonly what: string;
  /** Milliseconds. Default 5,000. */
  readonly timeout?: number;
  /** Milliseconds between two looks. Default 20. */
  readonly interval?: number;
}

/**
 * Looks again and again until `check` returns something truthy, and resolves to it. A `check` that throws (an assertion, say) has
 * not come true yet; its last error is the cause of the one thrown at the end.
 *
 * Besides events the only way to wait in tests: a sleep is either too short on a busy machine or too long on an idle one.
 */
export async function until<T>(check: () => T | Promise<T>, options: UntilOptions): Promise<T> {
  const { what, timeout = 5000, interval = 20 } = options;
  const end = performance.now() + timeout;
  for (;;) {
    let cause: unknown;
    try {
      const found = await check();
      if (found) return found;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) throw new Error(`waited ${timeout} ms for ${what}`, { cause });
    await wait(interval);
  }
}
