import type { EntityMetadata } from "typeorm";
import { type ColumnMetadata, type Dialect, JOB_COLUMNS, type JobColumn, type SqlTable } from "../dialect/index.js";

/** What the entity's metadata means to SQL: names escaped by the driver, conditions and assignments it declares. */
export function sqlTable(metadata: EntityMetadata, dialect: Dialect): SqlTable {
  const { driver } = metadata.dataSource;
  const quote = (column: ColumnMetadata) => driver.escape(column.databaseName);
  const path = metadata.tablePath
    .split(".")
    .map((part) => driver.escape(part))
    .join(".");
  const entries = JOB_COLUMNS.map((property): [JobColumn, string] => [
    property,
    quote(metadata.findColumnWithPropertyName(property)!),
  ]);
  const col = Object.fromEntries(entries) as Record<JobColumn, string>;
  const touched = touchedColumns(metadata, quote, dialect.CLOCK);
  const { errors: _errors, data: _data, createdAt: _createdAt, ...changing } = col;
  return {
    path,
    key: metadata.primaryColumns.map(quote),
    keyTypes: metadata.primaryColumns.map((column) => dialect.fieldType(metadata.dataSource, column)),
    col,
    alive: aliveConditions(metadata, quote),
    touched: touched.map(({ assignment }) => assignment),
    read: metadata.columns
      .filter((column) => column.isDiscriminator || (!column.isVirtual && (column.isSelect || isJob(column))))
      .map(quote),
    changed: [...Object.values(changing), ...touched.map(({ name }) => name), ...discriminator(metadata, quote)],
  };
}

function isJob(column: ColumnMetadata): boolean {
  return (JOB_COLUMNS as readonly string[]).includes(column.propertyName) || column.isPrimary;
}

function discriminator(metadata: EntityMetadata, quote: (column: ColumnMetadata) => string): string[] {
  return metadata.discriminatorColumn ? [quote(metadata.discriminatorColumn)] : [];
}

function aliveConditions(metadata: EntityMetadata, quote: (column: ColumnMetadata) => string): string[] {
  const conditions: string[] = [];
  if (metadata.deleteDateColumn) conditions.push(`j.${quote(metadata.deleteDateColumn)} IS NULL`);
  // As TypeORM does it: a child class means itself and its own children; the parent means them all.
  if (metadata.discriminatorColumn && metadata.parentEntityMetadata) {
    const values = [metadata, ...metadata.childEntityMetadatas].map(
      (child) => `'${String(child.discriminatorValue).replaceAll("'", "''")}'`,
    );
    conditions.push(`j.${quote(metadata.discriminatorColumn)} IN (${values.join(", ")})`);
  }
  return conditions;
}

function touchedColumns(metadata: EntityMetadata, quote: (column: ColumnMetadata) => string, clock: string) {
  const { versionColumn, updateDateColumn } = metadata;
  const touched: { name: string; assignment: string }[] = [];
  if (versionColumn)
    touched.push({ name: quote(versionColumn), assignment: `${quote(versionColumn)} = j.${quote(versionColumn)} + 1` });
  if (updateDateColumn) touched.push({ name: quote(updateDateColumn), assignment: `${quote(updateDateColumn)} = ${clock}` });
  return touched;
}
