import { InvalidOptionError } from "../error/invalid-option-error.js";

/**
 * Refuses an options object with a name that isn't known: a mistyped option would be ignored silently.
 *
 * @param where what to call the object in the error, such as `IngestJob.start options`
 * @throws InvalidOptionError naming the nearest known option
 */
export function checkKnown(options: object, known: readonly string[], where: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InvalidOptionError(where, "an object", options);
  }
  for (const name of Reflect.ownKeys(options)) {
    if (typeof name === "symbol" || !known.includes(name)) throw InvalidOptionError.unknown(name, known, where);
  }
}
