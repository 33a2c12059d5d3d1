import { isPlainObject } from "./plain.js";

/**
 * A copy that later changes of the value don't reach: dates, bytes, arrays and plain objects at any depth. Instances of other classes
 * are kept as they are.
 */
export function snapshot<T>(value: T): T {
  return copy(value, new Map()) as T;
}

function copy(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return new Date(value);
  if (value instanceof Uint8Array) return Buffer.from(value);
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    copies.set(value, list);
    for (const item of value) list.push(copy(item, copies));
    return list;
  }
  if (!isPlainObject(value)) return value;
  const object: object = {};
  copies.set(value, object);
  for (const [name, member] of Object.entries(value)) {
    // Defined and not assigned: an own property may be called __proto__.
    Object.defineProperty(object, name, { value: copy(member, copies), enumerable: true, configurable: true, writable: true });
  }
  return object;
}
