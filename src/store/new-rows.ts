import { v7 as uuidv7 } from "uuid";
import type { ColumnMetadata, InsertedColumn } from "../dialect/index.js";
import { InvalidDataError, InvalidOptionError, InvalidUpdateError, JobExistsError } from "../error/index.js";
import type { JobTable } from "../table/job-table.js";
import { parseDuration } from "../util/duration.js";
import { checkedAssignments } from "./checked.js";
import { initialValues } from "./start.js";

/** One row as a record of the statement's JSON parameter. */
export type NewRecord = Record<string, unknown>;

/** A column that some row gives. */
interface Slot {
  readonly column: ColumnMetadata;
  readonly name: string;
  /** Its field in the records, and the one that says whether a row gives it. */
  readonly field: string;
  readonly flag: string;
  count: number;
}

/** Jobs to insert, checked and turned into records for one JSON parameter. */
export class NewRows {
  readonly records: NewRecord[] = [];
  readonly #table: JobTable;
  readonly #slots = new Map<string, Slot>();
  readonly #plain = new Map<string, Slot>();
  /** The keys as text, where they are given. */
  readonly keys: (string | undefined)[] = [];

  constructor(table: JobTable) {
    this.#table = table;
  }

  /**
   * @throws InvalidOptionError, InvalidUpdateError, InvalidDataError saying what is wrong with which row
   */
  static of(table: JobTable, jobs: readonly object[], onConflict: string): NewRows {
    const rows = new NewRows(table);
    for (const [index, job] of jobs.entries()) {
      try {
        rows.#add(job as Record<string, unknown>, onConflict === "replace");
      } catch (error) {
        throw jobs.length === 1 ? error : ofRow(error, index);
      }
    }
    if (onConflict !== "ignore") rows.#refuseDuplicates();
    return rows;
  }

  /** The columns of the statement. Where only some rows give one, the others get its default. */
  columns(): InsertedColumn[] {
    const { dialect, dataSource, sql } = this.#table;
    return [...this.#slots.values()].map(({ column, name, field, flag, count }) => ({
      name,
      field,
      flag,
      type: dialect.fieldType(dataSource, column),
      value: dialect.fieldSql(dataSource, column, sql, name),
      fallback: count === this.records.length ? undefined : dialect.defaultSql(dataSource, column, sql),
    }));
  }

  /** The field of a column that every row gives. */
  fieldOf(databaseName: string): string | undefined {
    const slot = this.#slots.get(databaseName);
    return slot?.count === this.records.length ? slot.field : undefined;
  }

  /** Whether some row gives the column. */
  gives(databaseName: string): boolean {
    return this.#slots.has(databaseName);
  }

  /** The same columns, some of the rows. */
  slice(start: number, end: number): NewRows {
    const part = new NewRows(this.#table);
    for (const [index, record] of this.records.slice(start, end).entries()) {
      part.records.push(record);
      part.keys.push(this.keys[start + index]);
    }
    for (const [name, slot] of this.#slots) {
      const count = part.records.filter((record) => slot.field in record).length;
      part.#slots.set(name, { ...slot, count });
    }
    return part;
  }

  /** The rows as the statement's parameter. */
  json(): string {
    for (const { field, flag, count } of this.#slots.values()) {
      if (count === this.records.length) continue;
      for (const record of this.records) if (field in record) record[flag] = true;
    }
    return JSON.stringify(this.records);
  }

  #add(job: Record<string, unknown>, replacing: boolean): void {
    const table = this.#table;
    if (typeof job !== "object" || job === null) {
      throw new InvalidOptionError("enqueue", "an object such as { id, data }", job, table.context());
    }
    const record: NewRecord = {};
    this.#due(record, job);
    table.validation.properties(job, Object.keys(job));
    for (const property of Object.keys(job)) {
      const value = job[property];
      if (value !== undefined && property !== "delay" && property !== "runAt") this.#set(record, property, value);
    }
    // A job that starts over must not keep what it had.
    if (replacing && job["data"] === undefined) this.#put(record, table.metadata.findColumnWithPropertyName("data")!, {});
    if (replacing && job["priority"] === undefined)
      this.#put(record, table.metadata.findColumnWithPropertyName("priority")!, 0);
    for (const { column, value } of initialValues(table)) this.#put(record, column, value);
    this.#key(record);
    this.records.push(record);
  }

  /** A property that is one plain column is looked up once, not a thousand times. */
  #set(record: NewRecord, property: string, value: unknown): void {
    const { dialect, dataSource } = this.#table;
    const plain = this.#plain.get(property);
    if (plain) {
      const why = dialect.checkValue(dataSource, plain.column, value);
      if (why) throw new InvalidUpdateError(property, why, this.#table.context());
      plain.count++;
      record[plain.field] = value;
      return;
    }
    const assignments = checkedAssignments(this.#table, property, value, "enqueue");
    for (const { column, value: given } of assignments) {
      const slot = this.#put(record, column, given);
      if (column.propertyPath === property && dialect.isStoredAsGiven(dataSource, column)) this.#plain.set(property, slot);
    }
  }

  #put(record: NewRecord, column: ColumnMetadata, value: unknown): Slot {
    const { dialect, dataSource } = this.#table;
    let slot = this.#slots.get(column.databaseName);
    if (!slot) {
      const index = this.#slots.size;
      slot = { column, name: dataSource.driver.escape(column.databaseName), field: `c${index}`, flag: `h${index}`, count: 0 };
      this.#slots.set(column.databaseName, slot);
    }
    slot.count++;
    record[slot.field] = dialect.field(dataSource, column, value);
    return slot;
  }

  #due(record: NewRecord, { runAt, delay }: { runAt?: unknown; delay?: unknown }): void {
    const context = this.#table.context();
    if (runAt !== undefined && delay !== undefined)
      throw new InvalidOptionError("delay", "either delay or runAt", delay, context);
    if (delay !== undefined) record["delay"] = parseDuration("delay", delay);
    if (runAt === undefined) return;
    if (!(runAt instanceof Date) || Number.isNaN(runAt.getTime()))
      throw new InvalidOptionError("runAt", "a valid Date", runAt, context);
    record["run_at"] = runAt.toISOString();
  }

  #key(record: NewRecord): void {
    const { columns } = this.#table.keys;
    const missing = columns.find((column) => this.#value(record, column) === undefined);
    if (missing && canMakeKey(this.#table)) this.#put(record, missing, uuidv7());
    else if (missing && !missing.isGenerated) {
      throw new InvalidOptionError(missing.propertyPath, "a value for the key", undefined, this.#table.context());
    }
    this.keys.push(keyText(columns.map((column) => this.#value(record, column))));
  }

  #value(record: NewRecord, column: ColumnMetadata): unknown {
    const slot = this.#slots.get(column.databaseName);
    return slot && record[slot.field];
  }

  #refuseDuplicates(): void {
    const seen = new Set<string>();
    for (const key of this.keys) {
      if (key === undefined) continue;
      if (seen.has(key)) throw new JobExistsError(this.#table.context(key));
      seen.add(key);
    }
  }
}

/** A key as text, to find duplicates and to order what comes back. */
export function keyText(values: readonly unknown[]): string | undefined {
  if (values.includes(undefined)) return undefined; // the database makes it
  return values.length === 1 ? String(values[0]) : JSON.stringify(values.map(String));
}

/** A key of text that isn't given is made here: time-ordered, so that new rows land side by side in the index. */
function canMakeKey(table: JobTable): boolean {
  const [column, ...others] = table.keys.columns;
  if (!column || others.length > 0 || column.isGenerated || column.relationMetadata) return false;
  const type = table.dataSource.driver.normalizeType(column);
  const length = Number(column.length || Number.POSITIVE_INFINITY);
  return type === "uuid" || (["character varying", "text"].includes(type) && length >= 36);
}

/** Says which of many rows is wrong. */
function ofRow(error: unknown, index: number): unknown {
  const at = `[${index}]`;
  if (error instanceof InvalidDataError) return new InvalidDataError(`${at}.${error.path}`, error.why, error);
  if (error instanceof InvalidUpdateError) return new InvalidUpdateError(`${at}.${error.column}`, error.why, error);
  if (error instanceof InvalidOptionError)
    return new InvalidOptionError(`${at}.${error.option}`, error.expected, error.got, error);
  return error;
}
