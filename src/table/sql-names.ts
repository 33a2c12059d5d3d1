import type { EntityMetadata } from "typeorm";
import { type ColumnMetadata, type Dialect, JOB_COLUMNS, type JobColumn, type SqlTable } from "../dialect/index.js";
import { isStored } from "./columns.js";

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
    col,
    alive: aliveConditions(metadata, quote),
    touched: touched.map(({ assignment }) => assignment),
    read: metadata.columns
      .filter((column) => column.isDiscriminator || (isStored(column) && (column.isSelect || isJob(column))))
      .map(quote),
    changed: [
      ...Object.values(changing),
      ...touched.map(({ name }) => name),
      ...metadata.columns.filter((column) => column.isDiscriminator || isComputed(column)).map(quote),
    ],
  };
}

function isJob(column: ColumnMetadata): boolean {
  return (JOB_COLUMNS as readonly string[]).includes(column.propertyName) || column.isPrimary;
}

/** The database computes it from others, so an outcome may change it. */
function isComputed(column: ColumnMetadata): boolean {
  return column.generatedType !== undefined && isStored(column) && column.isSelect;
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
