import { setTimeout as wait } from "node:timers/promises";
import type { DataSource } from "typeorm";

const patience = 10_000;

/** Destroys DataSources; a pool that can't end because a connection was never given back is an error that says so. */
export async function endTestSources(sources: readonly DataSource[]): Promise<void> {
  await Promise.all(sources.filter(({ isInitialized }) => isInitialized).map(end));
}

async function end(source: DataSource): Promise<void> {
  const given = new AbortController();
  const late = wait(patience, true, { signal: given.signal }).catch(() => false);
  const isLate = await Promise.race([source.destroy().then(() => false), late]);
  given.abort();
  if (isLate) throw new Error(`a connection of a DataSource was never given back to its pool`);
}
