import { safeText } from "../util/safe-text.js";
import { isError } from "./is-error.js";
import { read, readText } from "./read.js";

const MAX_LENGTH = 64;

/** The name of an error, or `thrown string`, `thrown null`, ... for what is none. At most 64 characters of storable text. */
export function nameOf(thrown: unknown): string {
  if (!isError(thrown)) return thrown === null ? "thrown null" : `thrown ${typeof thrown}`;
  const name = readText(thrown, "name")?.trim() || readText(read(thrown, "constructor"), "name")?.trim() || "Error";
  // By code points, as a varchar counts, so that no character is split.
  return safeText([...name.slice(0, 2 * MAX_LENGTH)].slice(0, MAX_LENGTH).join(""));
}
