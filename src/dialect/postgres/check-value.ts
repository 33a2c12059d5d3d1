import { checkJson } from "../../util/json-check.js";
import { type ColumnMetadata, driverOf, typeOf } from "../column.js";
import { stored } from "./column-value.js";

const INTEGERS: Record<string, bigint> = { smallint: 2n ** 15n, integer: 2n ** 31n, bigint: 2n ** 63n };
const UUID = /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i;
const DECIMAL = /^\s*[-+]?(\d+)?(?:\.(\d*))?(?:e([-+]?\d+))?\s*$/i;
const ISO_DAY = /^(\d{4,6})-(\d\d)-(\d\d)(?=$|[T ])/;
/** The first moment that PostgreSQL knows; the last one is beyond JavaScript's. */
const FIRST_TIME = Date.UTC(-4712, 0, 1);
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * Why the column can't hold the value (as the entity's transformers make it), or undefined. What it doesn't know (geometry,
 * ranges, extension types) it leaves to the database.
 *
 * @throws InvalidDataError with the path, for a value in a JSON column that JSON can't hold
 */
export function checkValue(column: ColumnMetadata, given: unknown): string | undefined {
  const value = stored(column, given);
  if (value === undefined) return "undefined is no value: use null, or leave it out";
  if (value === null) return column.isNullable ? undefined : "null in a column that is not nullable";
  if (!column.isArray) return checkOne(column, value);
  if (!Array.isArray(value)) return `expected an array, got ${typeof value}`;
  return checkItems(column, value);
}

function checkItems(column: ColumnMetadata, items: readonly unknown[]): string | undefined {
  for (const [index, item] of items.entries()) {
    if (item === null) continue;
    const why = Array.isArray(item) ? checkItems(column, item) : checkOne(column, item);
    if (why) return `element ${index}: ${why}`;
  }
  return undefined;
}

function checkOne(column: ColumnMetadata, value: unknown): string | undefined {
  if (column.type === "simple-array") return checkSimpleArray(value);
  if (column.type === "simple-json") return void checkJson(value, column.propertyPath);
  const type = typeOf(column);
  const limit = INTEGERS[type];
  if (limit !== undefined) return checkInteger(type, limit, value);
  switch (type) {
    case "real":
    case "double precision":
      return checkFloat(type, value);
    case "numeric":
    case "decimal":
      return checkNumeric(column, value);
    case "boolean":
      return typeof value === "boolean" ? undefined : expected("true or false", value);
    case "character varying":
    case "character":
    case "text":
    case "citext":
      return checkText(column, value);
    case "uuid":
      return typeof value === "string" && UUID.test(value) ? undefined : expected("a UUID", value);
    case "json":
    case "jsonb":
      return void checkJson(value, column.propertyPath);
    case "timestamp with time zone":
    case "timestamp without time zone":
      return checkDate(value);
    case "date":
      return /^-?infinity$/.test(String(value)) ? undefined : checkDate(value);
    case "enum":
      return (typeof value === "string" || typeof value === "number") &&
        column.enum?.some((member) => `${member}` === `${value}`)
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
  return wholeDigits(match, column.scale ?? 0) > room
    ? `${text as string} has more than ${room} digits before the point`
    : undefined;
}

/** Digits before the point, rounded to the scale as the database does: 99.999 in numeric(4, 2) has three. */
function wholeDigits([, whole = "", fraction = "", exponent = "0"]: RegExpExecArray, scale: number): number {
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return 0;
  const point = digits.length - fraction.length + Number(exponent);
  // Only a row of nines is lengthened by rounding.
  const kept = digits.slice(0, Math.max(point + scale, 0));
  const roundsUp = (digits[point + scale] ?? "0") >= "5" && point + scale >= 0;
  return roundsUp && /^9*$/.test(kept) ? point + 1 : point;
}

function checkFloat(type: string, value: unknown): string | undefined {
  if (typeof value !== "number" && !isDecimal(value)) return expected("a number", value);
  const number = Number(value);
  const isLost = typeof value === "string" && !Number.isFinite(number);
  const tooLarge = type === "real" && Number.isFinite(number) && !Number.isFinite(Math.fround(number));
  const tooSmall = number !== 0 && type === "real" && Math.fround(number) === 0;
  return isLost || tooLarge || tooSmall ? `${value as string} is out of range for ${type}` : undefined;
}

function isDecimal(value: unknown): boolean {
  return typeof value === "string" && /\d/.test(value) && DECIMAL.test(value);
}

function checkText(column: ColumnMetadata, value: unknown): string | undefined {
  if (typeof value !== "string") return expected("text", value);
  if (UNSTORABLE.test(value)) return "NUL characters and lone surrogates can't be stored as text";
  const length = Number(driverOf(column).getColumnLength(column) || 0);
  if (length === 0 || value.length <= length) return undefined;
  const characters = [...value].length;
  return characters > length ? `${characters} characters, at most ${length} fit` : undefined;
}

/** TypeORM joins the elements with commas, and splits at every comma when it reads. */
function checkSimpleArray(value: unknown): string | undefined {
  if (!Array.isArray(value)) return `expected an array, got ${typeof value}`;
  if (value.length === 1 && value[0] === "") return "a simple-array of one empty text would come back empty";
  for (const [index, item] of value.entries()) {
    if (item === null || item === undefined || typeof item === "object") return `element ${index}: ${expected("text", item)}`;
    const text = String(item);
    if (UNSTORABLE.test(text)) return `element ${index}: NUL characters and lone surrogates can't be stored as text`;
    if (text.includes(",")) return `element ${index}: a comma would split it in two in a simple-array`;
  }
  return undefined;
}

/** TypeORM makes a Date of text first, so what JavaScript can't read is no date, whatever PostgreSQL thinks of it. */
function checkDate(value: unknown): string | undefined {
  if (typeof value !== "string" && !(value instanceof Date)) return expected("a Date or ISO text", value);
  const time = new Date(value).getTime();
  if (typeof value === "string" && (Number.isNaN(time) || !isCalendarDay(value))) return expected("a Date or ISO text", value);
  if (Number.isNaN(time)) return "an invalid Date";
  return time < FIRST_TIME ? "a time before 4713 BC" : undefined;
}

/** JavaScript reads the 30th of February as the 1st of March. */
function isCalendarDay(text: string): boolean {
  const [, year, month, day] = ISO_DAY.exec(text) ?? [];
  return day !== undefined && new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
}

function expected(what: string, value: unknown): string {
  return `expected ${what}, got ${value === null ? "null" : typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : typeof value === "object" ? "an object" : `${String(value)}`}`;
}
