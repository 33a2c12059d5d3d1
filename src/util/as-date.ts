/** A time as the driver gives it. Applications may have told the driver to hand out times as text: TypeORM makes Dates of it, and so do we. */
export function asDate(value: unknown): Date | null {
  if (value === null || value === undefined || value instanceof Date) return value ?? null;
  return new Date(value as string);
}
