import { read, readText } from "./read.js";

const USABLE = /^[\w.:/-][\w.:/ -]{0,63}$/;

/**
 * The code of an error, such as `ECONNREFUSED` or the database's `23505` (which query errors keep on their `driverError`).
 * Only short plain text is one: numbers (as of DOMException) and sentences are not.
 */
export function codeOf(thrown: unknown): string | undefined {
  return usable(readText(thrown, "code")) ?? usable(readText(read(thrown, "driverError"), "code"));
}

/** The text if it can stand as a code, else undefined. */
export function usable(code: string | undefined): string | undefined {
  return code !== undefined && USABLE.test(code) ? code : undefined;
}
