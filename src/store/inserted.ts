import type { ColumnMetadata, Row } from "../dialect/index.js";
import { isStored } from "../table/columns.js";
import { type Setter, setter } from "../table/hydrate.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import { cloneJson } from "../util/clone-json.js";
import { keyText, type NewRecord, type NewRows } from "./new-rows.js";

/** RETURNING promises no order: what has a key of ours goes back to its place. */
export async function fromRows<T extends JobRow>(table: JobTable<T>, rows: NewRows, found: readonly Row[]): Promise<T[]> {
  const places = new Map(rows.keys.map((key, index) => [key, index]));
  const names = table.keys.columns.map((column) => column.databaseName);
  const entities: [number, T][] = [];
  for (const [index, row] of found.entries()) {
    const place = places.get(keyText(names.map((name) => row[name])));
    entities.push([place ?? index, await table.hydrator.create<T>(row)]);
  }
  return entities.sort(([a], [b]) => a - b).map(([, entity]) => entity);
}

/** Rows that are known before they are inserted, but for the time. */
export interface Foretold {
  /** The entities, once the database has told its time. */
  entities<T>(answer: Row): Promise<T[]>;
}

type Known = (record: NewRecord, time: Date) => unknown;

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
      const time = answer.time as Date;
      const entities: T[] = [];
      for (const record of rows.records) {
        const made = table.hydrator.make<T>((entity) => {
          for (const [set, value] of known) set(entity, value(record, time));
        });
        entities.push(made instanceof Promise ? await made : made);
      }
      return entities;
    },
  };
}

function knownValue(table: JobTable, rows: NewRows, column: ColumnMetadata): Known | undefined {
  const field = rows.fieldOf(column.databaseName);
  if (field !== undefined)
    return table.dialect.isStoredAsGiven(table.dataSource, column) ? (record) => cloneJson(record[field]) : undefined;
  if (rows.gives(column.databaseName)) return undefined; // some rows give it, and some get its default
  if (column.propertyName in FRESH && !column.embeddedMetadata) return FRESH[column.propertyName];
  if (column.propertyName === "status") return () => table.statuses.steps[0]!.codes.pending;
  const made = column.default !== undefined || column.isGenerated || column.generatedType !== undefined;
  return column.isNullable && !made ? () => null : undefined;
}

/** The job columns of a row that was never started. */
const FRESH: Readonly<Record<string, Known>> = {
  reason: () => null,
  priority: () => 0,
  runAt: (record, time) => {
    if (record["run_at"] !== undefined) return new Date(record["run_at"] as string);
    return new Date(time.getTime() + ((record["delay"] as number | undefined) ?? 0));
  },
  lock: () => null,
  lockAt: () => null,
  lockUntil: () => null,
  lockBy: () => null,
  fence: () => 0,
  retry: () => 0,
  data: () => ({}),
  errors: () => [],
  createdAt: (_, time) => new Date(time),
  updatedAt: (_, time) => new Date(time),
  finishedAt: () => null,
};
