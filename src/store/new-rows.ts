import { v7 as uuidv7 } from "uuid";
import { type ColumnMetadata, type InsertedColumn, quoted } from "../dialect/index.js";
import { InvalidDataError, InvalidOptionError, InvalidUpdateError, JobExistsError } from "../error/index.js";
import { initialValues } from "../table/columns.js";
import type { JobTable } from "../table/job-table.js";
import { parseDuration } from "../util/duration.js";
import { checkedAssignments } from "./checked.js";
import type { OnConflict } from "./enqueue.js";
import { canMakeKey, type KeyText, keyTextOf } from "./new-keys.js";

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

/** The rows of one statement, and its parameter. */
export interface Batch {
  readonly rows: NewRows;
  readonly json: string;
}

/** Jobs to insert, checked and turned into records for one JSON parameter. */
export class NewRows {
  readonly records: NewRecord[] = [];
  readonly #table: JobTable;
  readonly #slots = new Map<string, Slot>();
  readonly #plain = new Map<string, Slot>();
  /** The keys as text that is equal for equal keys, where they are given and such a text can be made. */
  readonly keys: (string | undefined)[] = [];
  readonly #jobs: object[] = [];
  readonly #keyText: KeyText;
  /** When each is due, where that is given as a time. */
  readonly runAts: (Date | undefined)[] = [];
  /** Where each stands among all that were given. */
  readonly places: number[] = [];

  constructor(table: JobTable) {
    this.#table = table;
    this.#keyText = keyTextOf(table);
  }

  /**
   * @throws InvalidOptionError, InvalidUpdateError, InvalidDataError saying what is wrong with which row
   */
  static of(table: JobTable, jobs: readonly object[], onConflict: OnConflict): NewRows {
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
    const { dialect, sql } = this.#table;
    return [...this.#slots.values()].map(({ column, name, field, flag, count }) => ({
      name,
      field,
      flag,
      type: dialect.fieldType(column),
      value: dialect.fieldSql(column, sql, name),
      fallback: count === this.records.length ? undefined : dialect.defaultSql(column, sql),
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

  /** The key of the row that a duplicate is about, as the caller gave it; its text where the row can't be told. */
  keyOf(duplicate: string): unknown {
    const { columns } = this.#table.keys;
    const index = this.records.findIndex(
      (record) => columns.map((column) => String(this.#value(record, column))).join(", ") === duplicate,
    );
    return index < 0 ? duplicate : this.#shown(index);
  }

  /**
   * The statements that insert the rows, written out here and now: what happens to the user's objects later changes nothing.
   *
   * @param size rows per statement
   * @param length characters of JSON per statement; one document may be longer
   */
  batches(onConflict: OnConflict, size: number, length: number): Batch[] {
    return this.#alike(onConflict === "replace").flatMap((places) => {
      const chunks = Array.from({ length: Math.ceil(places.length / size) }, (_, n) => places.slice(n * size, (n + 1) * size));
      return chunks.flatMap((chunk) => this.#pick(chunk).#fitting(length));
    });
  }

  /**
   * Groups rows that one kind of statement can insert. All of them, except where rows are replaced: a column that a job doesn't
   * give stays as it is in the row, so jobs that give different columns don't share a statement.
   */
  #alike(replacing: boolean): number[][] {
    const places = this.#inKeyOrder();
    if (!replacing) return places.length > 0 ? [places] : [];
    const groups = new Map<string, number[]>();
    for (const place of places) {
      const columns = Object.keys(this.records[place]!).sort().join();
      const group = groups.get(columns);
      if (group) group.push(place);
      else groups.set(columns, [place]);
    }
    return [...groups.values()];
  }

  /** Two calls that insert the same keys in different orders would deadlock: each would wait for a row of the other. */
  #inKeyOrder(): number[] {
    const { keys } = this;
    const places = keys.map((_, index) => index);
    const inOrder = keys.every((key, index) => key === undefined || index === 0 || keys[index - 1]! < key);
    if (inOrder || keys.includes(undefined)) return places;
    return places.sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  }

  /** The same columns, some of the rows. */
  #pick(indices: readonly number[]): NewRows {
    const part = new NewRows(this.#table);
    for (const index of indices) {
      part.records.push(this.records[index]!);
      part.keys.push(this.keys[index]);
      part.#jobs.push(this.#jobs[index]!);
      part.runAts.push(this.runAts[index]);
      part.places.push(this.places[index]!);
    }
    const all = indices.length === this.records.length;
    for (const [name, slot] of this.#slots) {
      const count = all ? slot.count : part.records.filter((record) => slot.field in record).length;
      if (count > 0) part.#slots.set(name, { ...slot, count });
    }
    return part;
  }

  /** Documents of a megabyte fill a statement long before its rows do. */
  #fitting(length: number): Batch[] {
    const json = this.#json();
    if (this.records.length === 1 || (json !== undefined && json.length <= length)) return [{ rows: this, json: json! }];
    const half = Math.ceil(this.records.length / 2);
    const places = this.records.map((_, index) => index);
    return [places.slice(0, half), places.slice(half)].flatMap((part) => this.#pick(part).#fitting(length));
  }

  /** The rows as the statement's parameter; undefined: longer than a text can be. */
  #json(): string | undefined {
    for (const { field, flag, count } of this.#slots.values()) {
      if (count === this.records.length) continue;
      for (const record of this.records) if (field in record) record[flag] = true;
    }
    try {
      return JSON.stringify(this.records);
    } catch (error) {
      if (error instanceof RangeError && this.records.length > 1) return undefined;
      throw error;
    }
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
    if (replacing && job.data === undefined) this.#put(record, table.metadata.findColumnWithPropertyName("data")!, {});
    if (replacing && job.priority === undefined) this.#put(record, table.metadata.findColumnWithPropertyName("priority")!, 0);
    for (const { column, value } of initialValues(table.metadata)) this.#put(record, column, value);
    this.#key(record);
    this.#jobs.push(job);
    this.places.push(this.records.length);
    this.records.push(record);
  }

  /** A property that is one plain column is looked up once, not a thousand times. */
  #set(record: NewRecord, property: string, value: unknown): void {
    const { dialect } = this.#table;
    const plain = this.#plain.get(property);
    // A whole number may be given as text or as a bigint, and comes back as a number.
    const given = typeof value !== "string" && typeof value !== "bigint";
    if (plain && (given || dialect.isStoredAsGiven(plain.column, value))) {
      const why = dialect.checkValue(plain.column, value);
      if (why) throw new InvalidUpdateError(property, why, this.#table.context());
      plain.count++;
      record[plain.field] = value;
      return;
    }
    const assignments = checkedAssignments(this.#table, property, value, "enqueue");
    for (const { column, value: given } of assignments) {
      const slot = this.#put(record, column, given);
      if (column.propertyPath === property && dialect.isStoredAsGiven(column, given)) this.#plain.set(property, slot);
    }
  }

  #put(record: NewRecord, column: ColumnMetadata, value: unknown): Slot {
    const { dialect } = this.#table;
    let slot = this.#slots.get(column.databaseName);
    if (!slot) {
      const index = this.#slots.size;
      slot = { column, name: quoted(column), field: `c${index}`, flag: `h${index}`, count: 0 };
      this.#slots.set(column.databaseName, slot);
    }
    slot.count++;
    record[slot.field] = dialect.field(column, value);
    return slot;
  }

  #due(record: NewRecord, { runAt, delay }: { runAt?: unknown; delay?: unknown }): void {
    const context = this.#table.context();
    if (runAt !== undefined && delay !== undefined)
      throw new InvalidOptionError("delay", "either delay or runAt", delay, context);
    if (delay !== undefined) record.delay = parseDuration("delay", delay);
    if (runAt !== undefined && (!(runAt instanceof Date) || Number.isNaN(runAt.getTime())))
      throw new InvalidOptionError("runAt", "a valid Date", runAt, context);
    this.runAts.push(runAt && new Date(runAt));
    if (runAt === undefined) return;
    const { dialect, metadata } = this.#table;
    record.run_at = dialect.field(metadata.findColumnWithPropertyName("runAt")!, runAt);
  }

  #key(record: NewRecord): void {
    const { columns } = this.#table.keys;
    const missing = columns.find((column) => this.#value(record, column) === undefined);
    if (missing && canMakeKey(this.#table)) this.#put(record, missing, uuidv7());
    else if (missing && !missing.isGenerated) {
      throw new InvalidOptionError(missing.propertyPath, "a value for the key", undefined, this.#table.context());
    }
    this.keys.push(this.#keyText((column) => this.#value(record, column)));
  }

  /** The key as errors show it: as the caller gave it, or made here. */
  #shown(index: number): unknown {
    return this.#table.keys.of(this.#jobs[index]!) ?? this.#value(this.records[index]!, this.#table.keys.columns[0]!);
  }

  #value(record: NewRecord, column: ColumnMetadata): unknown {
    const slot = this.#slots.get(column.databaseName);
    return slot && record[slot.field];
  }

  #refuseDuplicates(): void {
    const seen = new Set<string>();
    for (const [index, key] of this.keys.entries()) {
      if (key === undefined) continue;
      if (seen.has(key)) throw new JobExistsError(this.#table.context(this.#shown(index)));
      seen.add(key);
    }
  }
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
