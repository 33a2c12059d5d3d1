import type { DataSource, EntityMetadata } from "typeorm";

/** TypeORM's metadata of one column, which its front door doesn't export by name. */
export type ColumnMetadata = EntityMetadata["columns"][number];

/** The driver that reads and writes the column. */
export function driverOf(column: ColumnMetadata): DataSource["driver"] {
  return column.entityMetadata.dataSource.driver;
}

/** The column's type by its full name, where several mean the same. */
export function typeOf(column: ColumnMetadata): string {
  return driverOf(column).normalizeType(column);
}

/** The column's name as statements write it. */
export function quoted(column: ColumnMetadata): string {
  return driverOf(column).escape(column.databaseName);
}
