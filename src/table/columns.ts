import type { EntityMetadata } from "typeorm";
import { type ColumnMetadata, JOB_COLUMNS, type JobColumn } from "../dialect/index.js";

/** The job columns a user may write, at insert or through `updates`. */
const USERS: ReadonlySet<string> = new Set<JobColumn>(["priority", "runAt", "data"]);

/** Whether the property is a job column that the library alone writes. */
export function isManaged(property: string): boolean {
  return (JOB_COLUMNS as readonly string[]).includes(property) && !USERS.has(property);
}

/** A column, and how to read its value out of what the user gave for a property. */
export interface Assignment {
  readonly column: ColumnMetadata;
  readonly value: unknown;
}

/** Whether only TypeORM or the database writes the column. */
export function isAutomatic(column: ColumnMetadata): boolean {
  return (
    column.isVersion ||
    column.isUpdateDate ||
    column.isCreateDate ||
    column.isDeleteDate ||
    column.isDiscriminator ||
    column.generatedType !== undefined
  );
}

/** Names a user can give values for: columns, embedded objects, relations with a join column. */
export function propertyNames(metadata: EntityMetadata): string[] {
  const columns = metadata.columns.filter((column) => !column.isVirtual).map((column) => column.propertyPath);
  const embedded = metadata.embeddeds.map((part) => part.propertyName);
  const relations = metadata.relations.filter((relation) => relation.isWithJoinColumn).map((relation) => relation.propertyPath);
  return [...columns, ...embedded, ...relations];
}

/** The columns behind a property, with the value each gets; undefined when there is no such property. */
export function assignmentsOf(metadata: EntityMetadata, property: string, value: unknown): Assignment[] | undefined {
  const column = metadata.columns.find((candidate) => candidate.propertyPath === property && !candidate.isVirtual);
  if (column) return [{ column, value }];
  const relation = metadata.relations.find((candidate) => candidate.propertyPath === property && candidate.isWithJoinColumn);
  if (relation) {
    return relation.joinColumns.map((joinColumn) => ({ column: joinColumn, value: joined(joinColumn, value) }));
  }
  const embedded = metadata.embeddeds.find((candidate) => candidate.propertyName === property);
  if (!embedded) return undefined;
  return embedded.columnsFromTree
    .map((part) => ({ column: part, value: part.getEntityValue({ [property]: value ?? {} }) as unknown }))
    .filter((assignment) => assignment.value !== undefined);
}

/** A join column takes the key of the related entity, or the bare key. */
function joined(column: ColumnMetadata, value: unknown): unknown {
  if (value === null || typeof value !== "object" || !column.referencedColumn) return value;
  return column.referencedColumn.getEntityValue(value);
}
