/** Property names of the job columns, in the order the row is documented. */
export const JOB_COLUMNS = [
  "status",
  "reason",
  "priority",
  "runAt",
  "lock",
  "lockAt",
  "lockUntil",
  "lockBy",
  "fence",
  "retry",
  "data",
  "errors",
  "createdAt",
  "updatedAt",
  "finishedAt",
] as const;

export type JobColumn = (typeof JOB_COLUMNS)[number];

/** What a class's table looks like to SQL; every name is escaped already. Statements alias the table as `j`. */
export interface SqlTable {
  /** Schema and table. */
  readonly path: string;
  /** Primary key columns. */
  readonly key: readonly string[];
  /** The job columns by property. */
  readonly col: Readonly<Record<JobColumn, string>>;
  /** Soft deletion: the row is there while this column is null. */
  readonly deletedAt: string | undefined;
  /** Single-table inheritance: the row is of the class while this column has one of these values. */
  readonly discriminator: { readonly column: string; readonly values: readonly string[] } | undefined;
  /** The entity's own column that counts changes. */
  readonly version: string | undefined;
  /** The entity's own column that dates changes. */
  readonly updateDate: string | undefined;
  /** Columns that hydration reads. */
  readonly read: readonly string[];
  /** Columns a transition of the library itself may change. */
  readonly changed: readonly string[];
}
