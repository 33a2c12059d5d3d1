/** A copy of a checked JSON value, as reading it back from text would give: properties that are undefined are not there. */
export function cloneJson<T>(value: T): T {
  if (value === 0) return 0 as T; // -0 is written as 0
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    // An own property of this name would set the prototype when assigned.
    if (name === "__proto__")
      Object.defineProperty(copy, name, { value: cloneJson(member), enumerable: true, configurable: true, writable: true });
    else copy[name] = cloneJson(member);
  }
  return copy as T;
}
