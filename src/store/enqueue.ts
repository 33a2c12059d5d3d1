import type { EntityManager } from "typeorm";
import { InvalidOptionError, JobExistsError } from "../error/index.js";
import type { OwnColumn } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import type { Duration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";
import type { InTransaction } from "./criteria.js";
import { execute, inTransaction } from "./execute.js";
import { foretold, fromRows, type Placed } from "./inserted.js";
import { type Batch, NewRows } from "./new-rows.js";

/** One job to enqueue: its key, `data`, and the class's own columns. */
export type NewJob<T extends JobRow> = { readonly [K in OwnColumn<T>]?: T[K] } & {
  /** Default `{}`. */
  readonly data?: T["data"];
  /** Lower runs first: default 0. */
  readonly priority?: number;
  /** Due this long from now: milliseconds or text like `"5m"`. Default 0. */
  readonly delay?: Duration;
  /** Due at this time, as written; instead of `delay`. */
  readonly runAt?: Date;
};

/** What `enqueue` does with a key that exists. */
export interface EnqueueOptions extends InTransaction {
  /** `"error"` (default): `JobExistsError`, and nothing is inserted; `"ignore"`: leave the row; `"replace"`: start it over, unless it runs. */
  onConflict?: "error" | "ignore" | "replace";
}

/** What happens to a key that exists. */
export type OnConflict = NonNullable<EnqueueOptions["onConflict"]>;

const ON_CONFLICT: readonly OnConflict[] = ["error", "ignore", "replace"];

/** Rows per statement. */
const CHUNK = 1000;
/** Characters of JSON per statement: PostgreSQL takes 256 MB. */
const MAX_LENGTH = 32_000_000;

/** Inserts jobs, due now or later: one statement per 1,000. Answers what was really inserted or replaced, in the order given. */
export async function enqueueJobs<T extends JobRow>(
  table: JobTable,
  jobs: readonly object[],
  options: EnqueueOptions,
): Promise<T[]> {
  checkKnown(options, ["manager", "onConflict"], "enqueue options");
  const { onConflict = "error", manager } = options;
  if (!ON_CONFLICT.includes(onConflict)) {
    throw InvalidOptionError.unknown(onConflict, ON_CONFLICT, "enqueue.onConflict", table.context());
  }
  const inserts = NewRows.of(table, jobs, onConflict)
    .batches(onConflict, CHUNK, MAX_LENGTH)
    .map((batch) => prepare<T>(table, batch, onConflict));
  if (inserts.length === 0) return [];
  const placed = inserts.length === 1 ? await inserts[0]!(manager) : await insertAll();
  return placed.sort(([a], [b]) => a - b).map(([, entity]) => entity);

  /** All or nothing, as with one statement. */
  function insertAll(): Promise<Placed<T>[]> {
    return inTransaction(table, manager, async (own) => {
      const inserted: Placed<T>[] = [];
      for (const insert of inserts) inserted.push(...(await insert(own)));
      return inserted;
    });
  }
}

/** Makes the statement of a batch; what it answers sends it. */
function prepare<T>(table: JobTable, { rows, json }: Batch, onConflict: OnConflict) {
  const { dialect, sql, statuses } = table;
  const columns = rows.columns();
  const pending = statuses.steps[0]!.codes.pending;
  const replaceUnless = statuses.codesOf("in_progress");
  const told = onConflict === "error" ? foretold(table, rows) : undefined;
  const variant = `enqueue ${onConflict} ${told ? "time" : "rows"} ${JSON.stringify(columns.map(({ name, field, fallback }) => [field, name, fallback === undefined]))}`;
  const statement = table.statement(variant, () =>
    dialect.enqueue(sql, columns, onConflict === "replace" ? { replaceUnless } : onConflict, told ? "time" : "rows", pending),
  );
  return async (manager: EntityManager | undefined): Promise<Placed<T>[]> => {
    try {
      const found = await execute(table, statement, { rows: json }, manager);
      return told ? await told.entities<T>(found[0]!) : await fromRows<T>(table, rows, found);
    } catch (error) {
      const duplicate = dialect.duplicateOf(error, sql.key);
      if (duplicate === undefined) throw error;
      throw new JobExistsError({ ...table.context(rows.keyOf(duplicate)), cause: error });
    }
  };
}
