import { type ColumnMetadata, driverOf, typeOf } from "../column.js";
import type { SqlTable } from "../sql-table.js";
import { literal } from "./fragments.js";
import { localTimestamp, utcTimestamp } from "./local-timestamp.js";

const SPATIAL = new Set(["geometry", "geography"]);
const WITHOUT_ZONE = new Set(["timestamp without time zone", "date"]);
const WHOLE = new Set(["integer", "smallint"]);
const JSON_TYPES = new Set<unknown>(["json", "jsonb"]);

/** The value as the column stores it: after the entity's transformers. */
export function stored(column: ColumnMetadata, value: unknown): unknown {
  if (!column.transformer) return value;
  const transformers = Array.isArray(column.transformer) ? column.transformer : [column.transformer];
  return transformers.reduce((current: unknown, transformer) => transformer.to(current), value);
}

/** The value of a bound parameter. */
export function parameter(column: ColumnMetadata, value: unknown): unknown {
  const prepared: unknown = driverOf(column).preparePersistentValue(value, column);
  if (prepared === undefined) return null;
  return typeof prepared === "bigint" ? prepared.toString() : prepared;
}

/** The value of a field in a JSON record set. */
export function field(column: ColumnMetadata, value: unknown): unknown {
  // The driver would make JSON text of it, which would arrive as a JSON string.
  if (JSON_TYPES.has(column.type) && !column.isArray) return stored(column, value) ?? null;
  const prepared = parameter(column, value);
  const type = typeOf(column);
  if (typeof prepared === "string" && WHOLE.has(type)) return Number(prepared);
  const withoutZone = WITHOUT_ZONE.has(type);
  return Array.isArray(prepared) ? prepared.map((item) => scalar(item, withoutZone)) : scalar(prepared, withoutZone);
}

function scalar(value: unknown, withoutZone: boolean): unknown {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  if (value instanceof Date) return withoutZone ? localTimestamp(value) : utcTimestamp(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}

/** Types whose values come back just as the record set gives them. Others are brought into a form: `1.50`, upper-case UUIDs, padding. */
const AS_GIVEN = new Set(["integer", "smallint", "character varying", "text", "boolean", "jsonb"]);

/** Whether a checked value is read back just as it was given. */
export function isStoredAsGiven(column: ColumnMetadata, value: unknown): boolean {
  const type = typeOf(column);
  return isScalar(column) && column.type !== Boolean && AS_GIVEN.has(type) && (!WHOLE.has(type) || typeof value !== "string");
}

/** Types whose values the driver hands out as entities hold them. */
const READ_AS_IS = new Set([
  "integer",
  "smallint",
  "bigint",
  "character varying",
  "text",
  "uuid",
  "jsonb",
  "json",
  "timestamp with time zone",
]);

/** Whether an entity holds the column's value just as the driver hands it out. */
export function isReadAsIs(column: ColumnMetadata): boolean {
  return isScalar(column) && READ_AS_IS.has(typeOf(column));
}

/** One value that nothing converts: TypeORM keeps simple-array and simple-json as text. */
function isScalar(column: ColumnMetadata): boolean {
  return !column.transformer && !column.isArray && !String(column.type).startsWith("simple-");
}

/** Whether the column can hold a UUID, as one or as text. */
export function canHoldUuid(column: ColumnMetadata): boolean {
  const type = typeOf(column);
  const length = Number(column.length || Number.POSITIVE_INFINITY);
  return type === "uuid" || (["character varying", "text"].includes(type) && length >= 36);
}

/** The type of the column in a JSON record set. */
export function fieldType(column: ColumnMetadata): string {
  const type = typeOf(column);
  if (SPATIAL.has(type)) return "jsonb";
  return `${RECORD_TYPES[type] ?? type}${column.isArray ? "[]" : ""}`;
}

/** Without a length `character` and `bit` mean one character or bit; the name of an enum's type isn't in the metadata. */
const RECORD_TYPES: Readonly<Record<string, string>> = { character: "bpchar", bit: "bit varying", enum: "text" };

/** SQL for a value of the column, around its placeholder. */
export function valueSql(column: ColumnMetadata): (placeholder: string) => string {
  if (!SPATIAL.has(String(column.type))) return (placeholder) => placeholder;
  const srid = column.srid === undefined || column.srid === null ? "" : `, ${column.srid}`;
  const geometry = (placeholder: string) => `ST_GeomFromGeoJSON(${placeholder})`;
  return (placeholder) =>
    `${srid ? `ST_SetSRID(${geometry(placeholder)}${srid})` : geometry(placeholder)}::${String(column.type)}`;
}

/** SQL that merges a patch into what the row has: shallow, a NULL counts as empty. */
export function mergeSql(name: string): (placeholder: string) => string {
  return (placeholder) => `coalesce(j.${name}, '{}'::jsonb) || ${placeholder}::jsonb`;
}

/** SQL for a record set's field. The name of an enum's type isn't in the metadata: the table itself knows it. */
export function fieldSql(column: ColumnMetadata, table: Pick<SqlTable, "path">, name: string): (field: string) => string {
  if (typeOf(column) !== "enum") return valueSql(column);
  const key = literal(column.databaseName);
  return (field) => `(jsonb_populate_record(NULL::${table.path}, jsonb_build_object(${key}, ${field}))).${name}`;
}

/** The column's DEFAULT as SQL, `NULL` without one. */
export function defaultSql(column: ColumnMetadata, table: Pick<SqlTable, "path">): string {
  const declared = driverOf(column).normalizeDefault(column);
  if (declared !== undefined || !column.isGenerated) return declared ?? "NULL";
  if (column.generationStrategy === "uuid") return "gen_random_uuid()";
  return `nextval(pg_get_serial_sequence(${literal(table.path)}, ${literal(column.databaseName)}))`;
}
