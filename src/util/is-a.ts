/** `instanceof` for what user code threw: a Proxy with a trap that throws is no instance of anything. */
export function isA<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}
