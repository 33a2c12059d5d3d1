import { distance } from "fastest-levenshtein";

/**
 * The known name that a mistyped one most likely meant, or undefined when none is near: at most a third of its letters
 * (at least two) may differ. Upper and lower case count as equal, so `maxattempts` finds `maxAttempts`.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase());
    if (steps > Math.max(2, candidate.length / 3) || steps >= candidate.length || steps >= bestDistance) continue;
    best = candidate;
    bestDistance = steps;
  }
  return best;
}
