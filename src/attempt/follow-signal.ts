import { getOrInsert } from "../util/get-or-insert.js";
import type { Attempt } from "./attempt.js";

/** The attempts that follow one signal, and the listener they share. */
interface Followers {
  readonly aborts: Set<() => void>;
  abortAll(): void;
}

const followersOf = new WeakMap<AbortSignal, Followers>();

/**
 * The caller's signal aborts the job's. It outlives the attempt, so nothing of ours may stay on it; and hundreds of attempts may
 * follow one signal, where Node warns of a leak from eleven listeners on, so there is one for all.
 */
export function followSignal(attempt: Attempt): void {
  const { signal } = attempt.options;
  if (!signal) return;
  const follow = () => attempt.abort(signal.reason);
  if (signal.aborted) {
    follow();
    return;
  }
  const { aborts, abortAll } = getOrInsert(followersOf, signal, newFollowers);
  if (aborts.size === 0) signal.addEventListener("abort", abortAll, { once: true });
  aborts.add(follow);
  attempt.onEnd(() => {
    aborts.delete(follow);
    if (aborts.size === 0) signal.removeEventListener("abort", abortAll);
  });
}

function newFollowers(): Followers {
  const aborts = new Set<() => void>();
  return {
    aborts,
    abortAll: () => {
      for (const abort of aborts) abort();
    },
  };
}
