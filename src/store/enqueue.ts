import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import type { ColumnMetadata, InsertedColumn, Row } from "../dialect/index.js";
import { InvalidOptionError, JobExistsError } from "../error/index.js";
import type { OwnColumn } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import { type Duration, parseDuration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";
import { checkedAssignments } from "./checked.js";
import type { InTransaction } from "./criteria.js";
import { execute, inTransaction } from "./execute.js";
import { discriminator } from "./start.js";

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

/** Rows per statement. */
const CHUNK = 1000;

interface Field {
  readonly column: ColumnMetadata;
  readonly name: string;
}

/** Inserts jobs, due now or later: one statement per 1,000. Answers what was really inserted or replaced, in the order given. */
export async function enqueueJobs<T extends JobRow>(
  table: JobTable<T>,
  jobs: readonly NewJob<T>[],
  options: EnqueueOptions,
): Promise<T[]> {
  checkKnown(options, ["manager", "onConflict"], "enqueue options");
  const { onConflict = "error" } = options;
  if (!["error", "ignore", "replace"].includes(onConflict)) {
    throw InvalidOptionError.unknown(onConflict, ["error", "ignore", "replace"], "enqueue.onConflict", table.context());
  }
  const rows = jobs.map((job, index) =>
    prepareRow(table as never, job as NewJob<never>, jobs.length > 1 ? `enqueue[${index}]` : "enqueue"),
  );
  if (onConflict !== "ignore") refuseDuplicates(table as never, rows);
  if (rows.length <= CHUNK) return rows.length > 0 ? insertChunk(table, rows, onConflict, options.manager) : [];
  // All or nothing, as with one statement.
  return inTransaction(table as never, options.manager, async (manager) => {
    const inserted: T[] = [];
    for (let start = 0; start < rows.length; start += CHUNK) {
      inserted.push(...(await insertChunk(table, rows.slice(start, start + CHUNK), onConflict, manager)));
    }
    return inserted;
  });
}

/** One row's values by column, and when it is due. */
interface PreparedRow {
  readonly fields: ReadonlyMap<string, Field & { readonly value: unknown }>;
  readonly runAt: string | undefined;
  readonly delay: number | undefined;
  /** The key as text, to find duplicates and to order what comes back; undefined: the database makes it. */
  readonly key: string | undefined;
}

function prepareRow(table: JobTable, job: NewJob<never>, where: string): PreparedRow {
  if (typeof job !== "object" || job === null)
    throw new InvalidOptionError(where, "an object such as { id, data }", job, table.context());
  const { runAt, delay, ...columns } = job as NewJob<JobRow> & Record<string, unknown>;
  if (runAt !== undefined && delay !== undefined)
    throw new InvalidOptionError(`${where}.delay`, "either delay or runAt", delay, table.context());
  if (runAt !== undefined && !(runAt instanceof Date && !Number.isNaN(runAt.getTime()))) {
    throw new InvalidOptionError(`${where}.runAt`, "a valid Date", runAt, table.context());
  }
  const given = { data: {}, priority: 0, ...defined(columns) };
  const validated = table.validation.properties(given, Object.keys(columns));
  const assignments = [
    ...Object.entries(validated).flatMap(([property, value]) => checkedAssignments(table, property, value, where)),
    ...discriminator(table),
  ];
  const fields = new Map(
    [...generatedKey(table, given), ...assignments].map(({ column, value }) => [
      column.databaseName,
      {
        column,
        name: table.dataSource.driver.escape(column.databaseName),
        value: table.dialect.field(table.dataSource, column, value),
      },
    ]),
  );
  const missing = table.keys.columns.find((column) => !fields.has(column.databaseName) && !column.isGenerated);
  if (missing)
    throw new InvalidOptionError(`${where}.${missing.propertyPath}`, "a value for the key", undefined, table.context());
  return {
    fields,
    runAt: runAt?.toISOString(),
    delay: delay === undefined ? undefined : parseDuration(`${where}.delay`, delay),
    key: keyText(table, (name) => fields.get(name)?.value),
  };
}

/** A key of text that isn't given is made here: time-ordered, so that new rows land side by side in the index. */
function generatedKey(table: JobTable, given: Readonly<Record<string, unknown>>) {
  const [column] = table.keys.columns;
  if (!column || table.keys.columns.length > 1 || column.isGenerated || column.relationMetadata) return [];
  if (column.getEntityValue(given) !== undefined) return [];
  const type = table.dataSource.driver.normalizeType(column);
  const length = Number(column.length || Number.POSITIVE_INFINITY);
  return type === "uuid" || (["character varying", "text"].includes(type) && length >= 36) ? [{ column, value: uuidv7() }] : [];
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function keyText(table: JobTable, value: (name: string) => unknown): string | undefined {
  const values = table.keys.columns.map((column) => value(column.databaseName));
  return values.includes(undefined) ? undefined : JSON.stringify(values.map(String));
}

function refuseDuplicates(table: JobTable, rows: readonly PreparedRow[]): void {
  const seen = new Set<string>();
  for (const { key } of rows) {
    if (key === undefined) continue;
    if (seen.has(key)) throw new JobExistsError({ ...table.context(), key: JSON.parse(key).join() });
    seen.add(key);
  }
}

async function insertChunk<T extends JobRow>(
  table: JobTable<T>,
  rows: readonly PreparedRow[],
  onConflict: "error" | "ignore" | "replace",
  manager: EntityManager | undefined,
): Promise<T[]> {
  const plain = table as unknown as JobTable;
  const columns = commonColumns(plain, rows);
  const pending = table.statuses.steps[0]!.codes.pending;
  const conflict = onConflict === "replace" ? { replaceUnless: table.statuses.codesOf("in_progress"), pending } : onConflict;
  const variant = `enqueue ${onConflict} ${columns.map(({ name, fallback }) => `${name}${fallback === undefined ? "" : "?"}`).join()}`;
  const statement = table.statement(variant, () =>
    table.dialect.enqueue(table.sql, columns, conflict, table.sql.read, pending),
  );
  const names = columns.map(({ databaseName }) => databaseName);
  try {
    const found = await execute(plain, statement, { rows: JSON.stringify(rows.map((row) => record(row, names))) }, manager);
    return await inOrder(table, rows, found);
  } catch (error) {
    const duplicate = table.dialect.duplicateOf(error, table.sql.key);
    if (duplicate === undefined) throw error;
    throw new JobExistsError({ ...table.context(duplicate), cause: error });
  }
}

/** Every column that some row gives; where another row doesn't, that one gets the column's default. */
function commonColumns(table: JobTable, rows: readonly PreparedRow[]): (InsertedColumn & { databaseName: string })[] {
  const all = new Map<string, Field>();
  for (const { fields } of rows) for (const [name, field] of fields) if (!all.has(name)) all.set(name, field);
  return [...all].map(([databaseName, { column, name }]) => ({
    databaseName,
    name,
    type: table.dialect.fieldType(table.dataSource, column),
    value: table.dialect.fieldSql(table.dataSource, column, table.sql, name),
    fallback: rows.every(({ fields }) => fields.has(databaseName))
      ? undefined
      : table.dialect.defaultSql(table.dataSource, column),
  }));
}

function record(row: PreparedRow, names: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const field = row.fields.get(name);
    if (!field) continue;
    values[`c${index}`] = field.value;
    values[`h${index}`] = true;
  }
  if (row.runAt !== undefined) values.run_at = row.runAt;
  if (row.delay !== undefined) values.delay = row.delay;
  return values;
}

/** RETURNING promises no order: what has a key of ours goes back to its place. */
async function inOrder<T extends JobRow>(
  table: JobTable<T>,
  rows: readonly PreparedRow[],
  found: readonly Row[],
): Promise<T[]> {
  const places = new Map(rows.map(({ key }, index) => [key, index]));
  const entities: [number, T][] = [];
  for (const [index, row] of found.entries()) {
    const key = keyText(table as unknown as JobTable, (name) => row[name]);
    entities.push([places.get(key) ?? index, await table.hydrator.create<T>(row)]);
  }
  return entities.sort(([a], [b]) => a - b).map(([, entity]) => entity);
}
