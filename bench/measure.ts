/** One way of doing the work. */
export interface Contender {
  /** Prepares a round, outside the measured time. */
  fill(): Promise<unknown>;
  run(): Promise<unknown>;
}

/** Units per second of each contender, a list with one entry per round. Interleaved: a noisy moment hits them all. */
export async function interleaved(
  contenders: Readonly<Record<string, Contender>>,
  rounds: number,
  units: number,
): Promise<Record<string, number[]>> {
  const names = Object.keys(contenders);
  const rates: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    // In another order each time, so that none always follows the same neighbour and pays for what that left behind.
    for (const name of shuffled(names)) {
      const { fill, run } = contenders[name]!;
      await fill();
      const before = performance.now();
      await run();
      const rate = (units * 1000) / (performance.now() - before);
      if (round >= 0) rates[name]!.push(rate); // the first round warms up
    }
  }
  return rates;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Ratios round by round against the base: what is left when the machine's moods are taken out. */
export function ratios(rates: Readonly<Record<string, number[]>>, base: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(rates).map(([name, values]) => [name, median(values.map((value, round) => value / rates[base]![round]!))]),
  );
}
