import type { EntityMetadata } from "typeorm";
import { type ColumnMetadata, JOB_COLUMNS, type JobColumn } from "../dialect/index.js";
import { isPlainObject } from "../util/plain.js";
import { preview } from "../util/preview.js";

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

/** Whether the table has it under a property of the entity: no bare join column, no `@VirtualColumn`. */
export function isStored(column: ColumnMetadata): boolean {
  return !column.isVirtual && !column.isVirtualProperty;
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

/** Names a user can give values for: columns that are not managed, embedded objects, relations with a join column. */
export function writableNames(metadata: EntityMetadata): string[] {
  const columns = metadata.columns.filter(isStored).map((column) => column.propertyPath);
  const embedded = metadata.embeddeds.map((part) => part.propertyName);
  const relations = metadata.relations.filter((relation) => relation.isWithJoinColumn).map((relation) => relation.propertyPath);
  return [...columns, ...embedded, ...relations].filter((name) => !isManaged(name));
}

/** The columns behind a property, with the value each gets; undefined when there is no such property. */
export function assignmentsOf(metadata: EntityMetadata, property: string, value: unknown): Assignment[] | undefined {
  const column = metadata.columns.find((candidate) => candidate.propertyPath === property && isStored(candidate));
  if (column) return [{ column, value }];
  const relation = metadata.relations.find((candidate) => candidate.propertyPath === property && candidate.isWithJoinColumn);
  if (relation) {
    return relation.joinColumns.map((joinColumn) => ({ column: joinColumn, value: joined(joinColumn, value) }));
  }
  const embedded = metadata.embeddeds.find((candidate) => candidate.propertyName === property);
  if (!embedded) return undefined;
  return embedded.columnsFromTree
    .filter((part) => !isAutomatic(part))
    .map((part) => ({ column: part, value: value === null ? null : (part.getEntityValue({ [property]: value }) as unknown) }))
    .filter((assignment) => assignment.value !== undefined);
}

/** What a new row has by its class: a child of a single table its discriminator value, and a version counts from 1, as with TypeORM. */
export function initialValues(metadata: EntityMetadata): Assignment[] {
  const { discriminatorColumn, versionColumn } = metadata;
  return [
    ...(discriminatorColumn ? [{ column: discriminatorColumn, value: metadata.discriminatorValue }] : []),
    ...(versionColumn ? [{ column: versionColumn, value: 1 }] : []),
  ];
}

/** Why an embedded object can't be made of the value, or undefined: a misspelt property would be dropped silently. */
export function embeddedFault(metadata: EntityMetadata, property: string, value: unknown): string | undefined {
  const embedded = metadata.embeddeds.find((candidate) => candidate.propertyName === property);
  if (!embedded || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) return `expected an object, got ${preview(value)}`;
  const known = embedded.columnsFromTree.map((column) => column.propertyPath);
  const inside = (path: string) => known.some((candidate) => candidate === path || candidate.startsWith(`${path}.`));
  const unknown = isPlainObject(value) ? Object.keys(value).find((name) => !inside(`${property}.${name}`)) : undefined;
  if (unknown !== undefined) return `it has no column ${preview(unknown)}, only ${known.join(", ")}`;
  const empty = known.every((path) => value[path.split(".")[1] as keyof typeof value] === undefined);
  return empty ? `it names none of its columns: ${known.join(", ")}` : undefined;
}

/** A join column takes the key of the related entity, or the bare key. */
function joined(column: ColumnMetadata, value: unknown): unknown {
  if (value === null || typeof value !== "object" || !column.referencedColumn) return value;
  return column.referencedColumn.getEntityValue(value);
}
