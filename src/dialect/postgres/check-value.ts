import type { DataSource } from "typeorm";
import { checkJson } from "../../util/json-check.js";
import type { ColumnMetadata } from "../column.js";

const INTEGERS: Record<string, bigint> = { smallint: 2n ** 15n, integer: 2n ** 31n, bigint: 2n ** 63n };
const UUID = /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i;
const DECIMAL = /^\s*[-+]?(\d+)?(?:\.(\d*))?(?:e([-+]?\d+))?\s*$/i;
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * Why the column can't hold the value (after transformers), or undefined. What it doesn't know (geometry, ranges, extension
 * types) it leaves to the database.
 *
 * @throws InvalidDataError with the path, for a value in a JSON column that JSON can't hold
 */
export function checkValue(dataSource: DataSource, column: ColumnMetadata, value: unknown): string | undefined {
  if (value === undefined) return "undefined is no value: use null, or leave it out";
  if (value === null) return column.isNullable ? undefined : "null in a column that is not nullable";
  if (!column.isArray) return checkOne(dataSource, column, value);
  if (!Array.isArray(value)) return `expected an array, got ${typeof value}`;
  for (const [index, item] of value.entries()) {
    const why = item === null ? undefined : Array.isArray(item) ? undefined : checkOne(dataSource, column, item);
    if (why) return `element ${index}: ${why}`;
  }
  return undefined;
}

function checkOne(dataSource: DataSource, column: ColumnMetadata, value: unknown): string | undefined {
  if (column.type === "simple-array") return Array.isArray(value) ? undefined : `expected an array, got ${typeof value}`;
  if (column.type === "simple-json") return void checkJson(value, column.propertyPath);
  const type = dataSource.driver.normalizeType(column);
  const limit = INTEGERS[type];
  if (limit !== undefined) return checkInteger(type, limit, value);
  switch (type) {
    case "real":
    case "double precision":
      return typeof value === "number" || isDecimal(value) ? undefined : expected("a number", value);
    case "numeric":
    case "decimal":
      return checkNumeric(column, value);
    case "boolean":
      return typeof value === "boolean" ? undefined : expected("true or false", value);
    case "character varying":
    case "character":
    case "text":
    case "citext":
      return checkText(dataSource, column, value);
    case "uuid":
      return typeof value === "string" && UUID.test(value) ? undefined : expected("a UUID", value);
    case "json":
    case "jsonb":
      return void checkJson(value, column.propertyPath);
    case "timestamp with time zone":
    case "timestamp without time zone":
    case "date":
      return checkDate(value);
    case "enum":
    case "simple-enum":
      return column.enum?.some((member) => `${member}` === `${value as string}`)
        ? undefined
        : expected(`one of ${(column.enum ?? []).join(", ")}`, value);
    case "bytea":
      return value instanceof Uint8Array || typeof value === "string" ? undefined : expected("a Buffer", value);
    default:
      return undefined;
  }
}

function checkInteger(type: string, limit: bigint, value: unknown): string | undefined {
  const whole =
    typeof value === "bigint" ||
    (typeof value === "number" && Number.isInteger(value)) ||
    (typeof value === "string" && /^\s*[-+]?\d+\s*$/.test(value));
  if (!whole) return expected("a whole number", value);
  if (typeof value === "number" && !Number.isSafeInteger(value))
    return `${value} is no exact integer in JavaScript: give a bigint or text`;
  const exact = BigInt(typeof value === "string" ? value.trim().replace(/^\+/, "") : value);
  return exact < -limit || exact >= limit ? `${exact} is out of range for ${type}` : undefined;
}

function checkNumeric(column: ColumnMetadata, value: unknown): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value))
    return Number.isNaN(value) ? undefined : expected("a finite number", value);
  const text = typeof value === "number" || typeof value === "bigint" ? `${value}` : value;
  if (text === "NaN") return undefined;
  const match = isDecimal(text) ? DECIMAL.exec(text as string) : null;
  if (!match) return expected("a number or decimal text", value);
  if (column.precision === undefined || column.precision === null) return undefined;
  const room = column.precision - (column.scale ?? 0);
  const digits = (match[1] ?? "").replace(/^0+/, "").length + Number(match[3] ?? 0);
  return digits > room ? `${text as string} has more than ${room} digits before the point` : undefined;
}

function isDecimal(value: unknown): boolean {
  return typeof value === "string" && /\d/.test(value) && DECIMAL.test(value);
}

function checkText(dataSource: DataSource, column: ColumnMetadata, value: unknown): string | undefined {
  if (typeof value !== "string") return expected("text", value);
  if (UNSTORABLE.test(value)) return "NUL characters and lone surrogates can't be stored as text";
  const length = Number(dataSource.driver.getColumnLength(column) || 0);
  if (length === 0 || value.length <= length) return undefined;
  const characters = [...value].length;
  return characters > length ? `${characters} characters, at most ${length} fit` : undefined;
}

function checkDate(value: unknown): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : undefined;
  if (typeof value === "string" && (!Number.isNaN(Date.parse(value)) || /^-?infinity$/.test(value))) return undefined;
  return expected("a Date or ISO text", value);
}

function expected(what: string, value: unknown): string {
  return `expected ${what}, got ${value === null ? "null" : typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : typeof value === "object" ? "an object" : `${String(value)}`}`;
}
