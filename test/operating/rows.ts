import type { JobKind } from "../../src/index.js";
import type { TestSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { OpJob } from "./jobs.js";

/** Brings jobs of OpJob into a status as the library itself does. */
export async function enqueueIn(
  kind: "pending" | "failed" | "succeeded" | "exhausted" | "ignored" | "cancelled",
  ids: string[],
) {
  await OpJob.enqueue(ids.map((id) => ({ id })));
  for (const id of ids) {
    if (kind === "succeeded") await OpJob.run(id, () => undefined);
    if (kind === "failed") await OpJob.run(id, fails, { skipError: true });
    if (kind === "exhausted") await OpJob.run(id, fails, { skipError: true, maxAttempts: 1 });
    if (kind === "ignored") await (await OpJob.start(id)).ignore("no use");
    if (kind === "cancelled") await OpJob.cancel({ key: id });
  }
}

export function fails(): never {
  throw new Error("no luck");
}

/** Moves the expiry of locks into the past. */
export async function expireLocks(schema: TestSchema, ids: string[], table = "op_job"): Promise<void> {
  await schema.sql(`UPDATE ${table} SET lock_until = now() - interval '1 second' WHERE id = ANY($1) AND lock IS NOT NULL`, [
    ids,
  ]);
}

/** Moves the last change of rows into the past. */
export async function age(schema: TestSchema, ids: string[], interval: string, table = "op_job"): Promise<void> {
  await schema.sql(`UPDATE ${table} SET updated_at = updated_at - $2::interval WHERE id = ANY($1)`, [ids, interval]);
}

/** Whole rows, by id. */
export async function rowsOf(ids: string[]): Promise<OpJob[]> {
  const found = await OpJob.find();
  return ids.map((id) => found.find((job) => job.id === id)!);
}

/** Ids by kind, sorted: what a verb made of a table. */
export async function byKind(): Promise<Partial<Record<JobKind, string[]>>> {
  const kinds: Partial<Record<JobKind, string[]>> = {};
  for (const { kind, id } of await OpJob.find({ order: { id: "ASC" } })) kinds[kind] = [...(kinds[kind] ?? []), id];
  return kinds;
}

/** Resolves when this many statements on the schema's tables wait for a lock. */
export async function untilWaiting(schema: TestSchema, count: number): Promise<void> {
  const text =
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid() AND strpos(query, $1) > 0";
  const check = async () => (await schema.sql(text, [schema.name])).length === count;
  await until(check, { what: `${count} statements to wait for a lock`, timeout: 20_000 });
}
