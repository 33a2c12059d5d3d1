import { safeText } from "./safe-text.js";

const MAX_LENGTH = 80;
const MAX_MEMBERS = 4;

/**
 * A short text that shows any value in an error: at most 80 characters. It never throws and calls no code of the value
 * (getters, `toString`, `toJSON`), except the traps of a Proxy.
 */
export function preview(value: unknown): string {
  try {
    return safeText(shorten(show(value, 0)));
  } catch {
    return `${typeof value} that can't be shown`; // a Proxy whose traps throw
  }
}

function show(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(shorten(value, MAX_LENGTH - 2));
  if (typeof value === "bigint") return showBigint(value);
  if (typeof value === "function") return `function ${ownText(value, "name") || "without a name"}`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Error) return `${className(value)}: ${ownText(value, "message")}`;
  if (ArrayBuffer.isView(value)) return `${className(value)} of ${value.byteLength} bytes`;
  if (Array.isArray(value)) return showArray(value, depth);
  const name = className(value);
  return `${name === "Object" ? "" : `${name} `}{${showProperties(value, depth)}}`;
}

function showArray(array: readonly unknown[], depth: number): string {
  if (depth > 1 && array.length > 0) return "[…]";
  const shown = Array.from({ length: Math.min(array.length, MAX_MEMBERS) }, (_, index) =>
    showProperty(array, String(index), depth),
  );
  return `[${shown.join(", ")}${more(array.length)}]`;
}

function showProperties(value: object, depth: number): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return "";
  if (depth > 1) return "…";
  const shown = keys.slice(0, MAX_MEMBERS).map((key) => `${shorten(key)}: ${showProperty(value, key, depth)}`);
  return ` ${shown.join(", ")}${more(keys.length)} `;
}

function showProperty(owner: object, key: string, depth: number): string {
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (!property) return "(hole)";
  return "value" in property ? show(property.value, depth + 1) : "(getter)";
}

function more(count: number): string {
  return count > MAX_MEMBERS ? `, … ${count - MAX_MEMBERS} more` : "";
}

function showBigint(value: bigint): string {
  // Writing out a huge one takes seconds.
  return BigInt.asIntN(256, value) === value ? `${value}n` : "a bigint of more than 256 bits";
}

function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return "Object";
  const itsClass: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof itsClass === "function" ? ownText(itsClass, "name") || "Object" : "Object";
}

function ownText(target: object, key: string): string {
  const text: unknown = Object.getOwnPropertyDescriptor(target, key)?.value;
  return typeof text === "string" ? shorten(text) : "";
}

function shorten(text: string, length = MAX_LENGTH): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`; // no half surrogate pair
}
