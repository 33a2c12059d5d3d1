import { isPlainObject } from "./plain.js";

/**
 * Freezes a JSON-like value: plain objects and arrays, at any depth (no recursion, so depth can't overflow the stack).
 * Class instances, dates and buffers inside are left as they are. Returns the value.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  const waiting: unknown[] = [value];
  // Only what was frozen already when met, by its owner or by a reference seen before, is remembered: JSON has none of these,
  // and a Set of everything would cost more than the freezing.
  const metFrozen = new Set<object>();
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (!isFreezable(next)) continue;
    if (Object.isFrozen(next)) {
      if (metFrozen.has(next)) continue;
      metFrozen.add(next);
    }
    Object.freeze(next);
    for (const member of Object.values(next)) {
      if (typeof member === "object" && member !== null) waiting.push(member);
    }
  }
  return value;
}

function isFreezable(value: unknown): value is object {
  return typeof value === "object" && value !== null && (Array.isArray(value) || isPlainObject(value));
}
