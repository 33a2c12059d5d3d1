/** The types of the job columns, as the decorators state them. */
export const COLUMN_TYPES = {
  text: "varchar",
  integer: "int",
  time: "timestamptz",
  token: "uuid",
  json: "jsonb",
} as const;

/** Default of the times that the database sets itself. */
export const NOW_DEFAULT = "now()";

/** The condition of the partial indexes. */
export function isNotNull(column: string): string {
  return `${column} IS NOT NULL`;
}
