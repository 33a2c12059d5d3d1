/** A property of anything that was thrown. Never throws itself: a getter or a Proxy that does counts as undefined. */
export function read(target: unknown, property: string): unknown {
  if (target === null || (typeof target !== "object" && typeof target !== "function")) return undefined;
  try {
    return (target as Record<string, unknown>)[property];
  } catch {
    return undefined;
  }
}

/** The same, where only text is of use. */
export function readText(target: unknown, property: string): string | undefined {
  const value = read(target, property);
  return typeof value === "string" ? value : undefined;
}
