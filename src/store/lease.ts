import type { Client } from "../dialect/index.js";
import type { JobTable } from "../table/job-table.js";
import { asDate } from "../util/as-date.js";
import { executeAgain, executeOn } from "./execute.js";

/** Extends one lock. Answers when it expires now; undefined: the lock is lost. */
export async function extendLock(table: JobTable, key: unknown, lock: string, expire: number): Promise<Date | undefined> {
  const statement = table.statement("extend", () => table.dialect.extend(table.sql));
  const [row] = await executeAgain(table, statement, { ...table.keys.bindings(key), lock, expire });
  return row && asDate(Object.values(row)[0])!;
}

/** Renews held locks in one statement: which were renewed, and which are neither renewed nor skipped, so lost. */
export async function renewLocks(
  table: JobTable,
  client: Client,
  leases: ReadonlyMap<string, number>,
): Promise<{ renewed: string[]; lost: string[] }> {
  const statement = table.statement("heartbeat", () => table.dialect.heartbeat(table.sql));
  const locks = [...leases.keys()];
  const rows = await executeOn(table, client, statement, { locks, leases: JSON.stringify(Object.fromEntries(leases)) });
  const seen = new Set(rows.map((row) => row.lock as string));
  return {
    renewed: rows.filter((row) => row.renewed === true).map((row) => row.lock as string),
    lost: locks.filter((lock) => !seen.has(lock)),
  };
}
