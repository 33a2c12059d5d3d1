import type pg from "pg";
import type { TestSchema } from "../support/schema.js";
import { until } from "../support/until.js";

/** A row as it is stored, microseconds included, and where: `xmin` and `ctid` move with any write, even one that changes nothing. */
export interface StoredJob {
  readonly xmin: string;
  readonly ctid: string;
  readonly job: Record<string, unknown>;
}

export async function storedJob(schema: TestSchema, table: string, id: string): Promise<StoredJob> {
  const text = `SELECT j.xmin::text AS xmin, j.ctid::text AS ctid, to_jsonb(j) AS job FROM ${table} AS j WHERE id = $1`;
  const [row] = await schema.sql<StoredJob & pg.QueryResultRow>(text, [id]);
  if (!row) throw new Error(`there is no ${table} ${id}`);
  return row;
}

/** The database's time as text, with its microseconds. */
export async function databaseNow(schema: TestSchema): Promise<string> {
  const [row] = await schema.sql<{ now: string }>("SELECT clock_timestamp()::text AS now");
  return row!.now;
}

/** When the last record of a job was written. */
export const LAST_RECORD = "errors -> -1 ->> 'at'";

/**
 * Whether a time of a parcel lies between two moments of the database's clock, each moved by `shift` (an interval).
 * Records have no microseconds, so those don't count.
 */
export async function liesBetween(
  schema: TestSchema,
  column: string,
  id: string,
  { after, before, shift = "0" }: { after: string; before: string; shift?: string },
): Promise<boolean> {
  const [row] = await schema.sql<{ lies: boolean }>(
    `SELECT (${column})::timestamptz BETWEEN date_trunc('milliseconds', $2::timestamptz) + $4::interval AND $3::timestamptz + $4::interval AS lies
       FROM parcel WHERE id = $1`,
    [id, after, before, shift],
  );
  return row!.lies;
}

/** Lets the lock of a job expire now. */
export async function lapse(schema: TestSchema, table: string, id: string): Promise<void> {
  await schema.sql(`UPDATE ${table} SET lock_until = clock_timestamp() - interval '1 ms' WHERE id = $1`, [id]);
}

/** Resolves when exactly so many statements on this schema's tables wait for a lock. */
export async function untilWaiting(schema: TestSchema, count: number): Promise<void> {
  const check = async () => {
    const [row] = await schema.sql<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND state = 'active' AND pid <> pg_backend_pid() AND strpos(query, $1) > 0`,
      [schema.name],
    );
    return row!.waiting === count;
  };
  await until(check, { what: `${count} statements to wait for a lock`, timeout: 20_000 });
}

/** Keeps a list, in the table `writes`, of every row version that is written to a table. */
export async function recordWrites(schema: TestSchema, table: string): Promise<void> {
  await schema.sql(`CREATE TABLE writes (no bigserial, op text, id text, status int, fence int, retry int, lock uuid)`);
  await schema.sql(
    `CREATE FUNCTION record_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO ${schema.name}.writes (op, id, status, fence, retry, lock)
       VALUES (TG_OP, NEW.id, NEW.status, NEW.fence, NEW.retry, NEW.lock);
       RETURN NEW;
     END $$`,
  );
  await schema.sql(
    `CREATE TRIGGER record_write AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION record_write()`,
  );
}

export interface Write {
  readonly op: string;
  readonly status: number;
  readonly fence: number;
  readonly retry: number;
  readonly lock: string | null;
}

/** What was written to a job since `recordWrites`, in order. */
export async function writesOf(schema: TestSchema, id: string): Promise<Write[]> {
  return schema.sql<Write & pg.QueryResultRow>("SELECT op, status, fence, retry, lock FROM writes WHERE id = $1 ORDER BY no", [
    id,
  ]);
}
