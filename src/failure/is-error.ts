import { types } from "node:util";
import { readText } from "./read.js";

/** Whether this can be treated as an error: also one of another realm, and objects made like one (a message and a stack). */
export function isError(thrown: unknown): boolean {
  if (types.isNativeError(thrown)) return true;
  try {
    if (thrown instanceof Error) return true; // DOMException, and classes that only inherit from Error.prototype
  } catch {
    return false; // a Proxy with a throwing trap
  }
  return readText(thrown, "message") !== undefined && readText(thrown, "stack") !== undefined;
}
