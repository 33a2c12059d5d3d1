import type { EntityMetadata } from "typeorm";
import { type ColumnMetadata, JOB_COLUMNS, type JobColumn, quoted, type SqlTable } from "../dialect/index.js";
import { isStored } from "./columns.js";

/** What the entity's metadata means to SQL: the names of its table and columns, escaped by the driver. */
export function sqlTable(metadata: EntityMetadata): SqlTable {
  const { driver } = metadata.dataSource;
  const path = metadata.tablePath
    .split(".")
    .map((part) => driver.escape(part))
    .join(".");
  const entries = JOB_COLUMNS.map((property): [JobColumn, string] => [
    property,
    quoted(metadata.findColumnWithPropertyName(property)!),
  ]);
  const col = Object.fromEntries(entries) as Record<JobColumn, string>;
  const { errors: _errors, data: _data, createdAt: _createdAt, ...changing } = col;
  return {
    path,
    key: metadata.primaryColumns.map(quoted),
    col,
    deletedAt: metadata.deleteDateColumn && quoted(metadata.deleteDateColumn),
    discriminator: discriminator(metadata),
    version: metadata.versionColumn && quoted(metadata.versionColumn),
    updateDate: metadata.updateDateColumn && quoted(metadata.updateDateColumn),
    read: metadata.columns
      .filter((column) => column.isDiscriminator || (isStored(column) && (column.isSelect || isJob(column))))
      .map(quoted),
    changed: [...Object.values(changing), ...metadata.columns.filter(isChanging).map(quoted)],
  };
}

function isJob(column: ColumnMetadata): boolean {
  return (JOB_COLUMNS as readonly string[]).includes(column.propertyName) || column.isPrimary;
}

/** What the entity's own columns change with a transition: they are bumped, or the database computes them from others. */
function isChanging(column: ColumnMetadata): boolean {
  if (column.isDiscriminator || column.isVersion || column.isUpdateDate) return true;
  return column.generatedType !== undefined && isStored(column) && column.isSelect;
}

/** As TypeORM does it: a child class means itself and its own children; the parent means them all. */
function discriminator(metadata: EntityMetadata): SqlTable["discriminator"] {
  if (!metadata.discriminatorColumn || !metadata.parentEntityMetadata) return undefined;
  const classes = [metadata, ...metadata.childEntityMetadatas];
  return {
    column: quoted(metadata.discriminatorColumn),
    values: classes.map(({ discriminatorValue }) => String(discriminatorValue)),
  };
}
