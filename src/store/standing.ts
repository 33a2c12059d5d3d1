import type { Client } from "../dialect/index.js";
import type { JobTable } from "../table/job-table.js";
import { asDate } from "../util/as-date.js";
import { executeAgain, executeOn } from "./execute.js";

/** How a row stands: what tells a refused start why, and a lost attempt what became of it. */
export interface Standing {
  readonly status: number;
  readonly reason: string | null;
  readonly lockBy: string | null;
  readonly lockUntil: Date | null;
  /** Somebody holds its lock, by database time. */
  readonly held: boolean;
}

/** Reads how a row stands, on this connection or one of the pool; undefined: there is none. */
export async function readStanding(table: JobTable, key: unknown, client?: Client): Promise<Standing | undefined> {
  const statement = table.statement("standing", () => table.dialect.standing(table.sql));
  const bindings = table.keys.bindings(key);
  const rows = await (client ? executeOn(table, client, statement, bindings) : executeAgain(table, statement, bindings));
  const [row] = rows;
  return row && ({ ...row, lockUntil: asDate(row.lockUntil) } as Standing);
}
