import { InvalidDataError } from "../error/invalid-data-error.js";
import { jsonPath } from "./json-fault.js";
import { JsonWalk } from "./json-walk.js";

/** Documents are refused above this size, in bytes: a JSON column takes a little more, but not much. */
const MAX_SIZE = 200_000_000;

/** The most bytes of JSON that one UTF-16 unit can become: a control character is written as `\u0001`. */
const MAX_BYTES_PER_UNIT = 6;

/**
 * Refuses what would not come back from the database as it went in: whatever JSON would lose, change or choke on, and what a
 * JSON column can't hold (NUL characters, half surrogate pairs, over 200 MB, over 1,000 levels).
 *
 * Accepted, because it comes back equal: undefined as the value of a property (it is left out), `-0` (as `0`, which is `===`),
 * objects without a prototype, and own `__proto__` properties (JSON.parse makes them own again). Properties that are not
 * enumerable are not data and are not looked at.
 *
 * @param path what to call the value itself in the error, such as `data`
 * @throws InvalidDataError naming where it is and what to store instead
 * @example checkJson({ items: [{ when: new Date() }] }, "data")
 * // InvalidDataError: data.items[0].when: a Date would come back as text: store an ISO string, value.toISOString()
 */
export function checkJson(value: unknown, path: string): void {
  const walk = new JsonWalk(MAX_SIZE);
  const found = walk.visit(value);
  if (found) throw new InvalidDataError(jsonPath(path, found.keys.reverse().slice(0, found.depth)), found.why);
  if (isTooLarge(value, walk.size)) throw new InvalidDataError(path, `the document is larger than ${MAX_SIZE} bytes`);
}

function isTooLarge(value: unknown, atLeast: number): boolean {
  if (atLeast > MAX_SIZE) return true;
  if (atLeast * MAX_BYTES_PER_UNIT <= MAX_SIZE) return false; // by far the most frequent, and without writing it out
  try {
    return Buffer.byteLength(JSON.stringify(value)) > MAX_SIZE;
  } catch {
    return true; // longer than a string can be
  }
}
