/**
 * Whether this is an object as `{ ... }` or JSON.parse makes it, or one without a prototype. Not arrays, not class instances.
 * Objects of another realm (test runners and `vm` have their own `Object`) count too: only the root of a prototype chain has
 * `isPrototypeOf`.
 */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf");
}
