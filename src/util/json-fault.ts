import { preview } from "./preview.js";

/** Why a value (anything but text, finite numbers, booleans, null, plain objects and arrays) can't be stored as JSON, and what to store. */
export function whyNoJson(value: unknown): string {
  if (value === undefined) return "undefined is not in JSON: use null, or leave it out";
  if (typeof value === "bigint") return "a bigint is not in JSON: store it as text, String(value)";
  if (typeof value === "number") return `${value} is not in JSON: use null, or text`;
  if (typeof value !== "object" || value === null) return `a ${typeof value} is not in JSON`;
  if (value instanceof Date) return "a Date would come back as text: store an ISO string, value.toISOString()";
  if (value instanceof Map) return "a Map would be lost: store Object.fromEntries(value) or [...value]";
  if (value instanceof Set) return "a Set would be lost: store [...value]";
  if (ArrayBuffer.isView(value))
    return 'bytes would be changed: store them as text, such as Buffer.from(value).toString("base64")';
  if ("toJSON" in value) return `${preview(value)} would come back as what its toJSON() gives: store that`;
  return `${preview(value)} is an instance of a class and would come back as a plain object: store a plain copy, { ...value }`;
}

const SHOWN_START = 120;
const SHOWN_END = 60;

/** Writes a path into a document: `data.items[3].when`, `data["odd key"]`. The middle of a very long one is left out. */
export function jsonPath(root: string, keys: readonly (string | number)[]): string {
  const path = root + keys.map(segment).join("");
  if (path.length <= SHOWN_START + SHOWN_END) return path;
  return `${path.slice(0, SHOWN_START)} … ${path.slice(-SHOWN_END)}`;
}

function segment(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_$][\w$]{0,63}$/.test(key) ? `.${key}` : `[${preview(key)}]`;
}
