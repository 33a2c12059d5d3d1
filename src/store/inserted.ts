import type { ColumnMetadata, Row } from "../dialect/index.js";
import { isStored } from "../table/columns.js";
import { type Setter, setter } from "../table/hydrate.js";
import type { JobTable } from "../table/job-table.js";
import { asDate } from "../util/as-date.js";
import { cloneJson } from "../util/clone-json.js";
import { keyTextOf } from "./new-keys.js";
import type { NewRows } from "./new-rows.js";

/** An entity, and where it stands among the jobs that were given. */
export type Placed<T> = [place: number, entity: T];

/** RETURNING promises no order: what has a key of ours goes back to its place. */
export async function fromRows<T>(table: JobTable, rows: NewRows, found: readonly Row[]): Promise<Placed<T>[]> {
  const indices = new Map(rows.keys.map((key, index) => [key, index]));
  const keyText = keyTextOf(table);
  const placed: Placed<T>[] = [];
  for (const [index, row] of found.entries()) {
    const key = keyText((column) => row[column.databaseName]);
    const at = key === undefined ? undefined : indices.get(key);
    placed.push([rows.places[at ?? index]!, await table.hydrator.create<T>(row)]);
  }
  return placed;
}

/** Rows that are known before they are inserted, but for the time. */
export interface Foretold {
  /** The entities, once the database has told its time. */
  entities<T>(answer: Row): Promise<Placed<T>[]>;
}

/** The value of a column in a row, by the row's number. */
type Known = (index: number, time: Date) => unknown;

/**
 * Inserted rows needn't come back where all that is in them is known: sending a thousand rows back and parsing them costs as much as
 * inserting them. Undefined where a column has a value that only the database knows.
 */
export function foretold(table: JobTable, rows: NewRows): Foretold | undefined {
  const known: (readonly [Setter, Known])[] = [];
  for (const column of table.metadata.columns) {
    if (!isStored(column)) continue;
    const value = knownValue(table, rows, column);
    if (!value) return undefined;
    if (column.isSelect) known.push([setter(column), value]);
  }
  return {
    async entities<T>(answer: Row) {
      const time = asDate(answer.time)!;
      const placed: Placed<T>[] = [];
      for (const [index, place] of rows.places.entries()) {
        const made = table.hydrator.make<T>((entity) => {
          for (const [set, value] of known) set(entity, value(index, time));
        });
        placed.push([place, made instanceof Promise ? await made : made]);
      }
      return placed;
    },
  };
}

function knownValue(table: JobTable, rows: NewRows, column: ColumnMetadata): Known | undefined {
  const field = rows.fieldOf(column.databaseName);
  if (field !== undefined) {
    if (!table.dialect.isStoredAsGiven(column, undefined)) return undefined;
    // Copied now: the user may change the objects while the statement is on its way.
    const values = rows.records.map((record) => cloneJson(record[field]));
    return (index) => values[index];
  }
  if (rows.gives(column.databaseName)) return undefined; // some rows give it, and some get its default
  if (column.propertyName in FRESH && !column.embeddedMetadata) return FRESH[column.propertyName]?.(rows);
  if (column.propertyName === "status") return () => table.statuses.steps[0]!.codes.pending;
  const made = column.default !== undefined || column.isGenerated || column.generatedType !== undefined;
  return column.isNullable && !made ? () => null : undefined;
}

/** The job columns of a row that was never started. */
const FRESH: Readonly<Record<string, (rows: NewRows) => Known>> = {
  reason: () => () => null,
  priority: () => () => 0,
  runAt: (rows) => (index, time) =>
    rows.runAts[index] ?? new Date(time.getTime() + ((rows.records[index]!.delay as number | undefined) ?? 0)),
  lock: () => () => null,
  lockAt: () => () => null,
  lockUntil: () => () => null,
  lockBy: () => () => null,
  fence: () => () => 0,
  retry: () => () => 0,
  data: () => () => ({}),
  errors: () => () => [],
  createdAt: () => (_, time) => new Date(time),
  updatedAt: () => (_, time) => new Date(time),
  finishedAt: () => () => null,
};
