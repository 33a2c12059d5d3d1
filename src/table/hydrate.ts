import type { EntityMetadata } from "typeorm";
import { type ColumnMetadata, dialectOf, type Row } from "../dialect/index.js";
import { asDate } from "../util/as-date.js";
import { getOrInsert } from "../util/get-or-insert.js";
import { isStored } from "./columns.js";

/** Writes a value, as the driver gives it, into an entity. */
export type Setter = (entity: object, value: unknown) => void;

/**
 * Makes entities of rows, as TypeORM would: transformers, embedded objects, child classes of a single table, `@AfterLoad`.
 * Written out once per class: the general way of the query builder costs ten times as much per row.
 */
export class Hydrator {
  readonly #metadata: EntityMetadata;
  readonly #setters = new Map<EntityMetadata, ReadonlyMap<string, Setter>>();

  constructor(metadata: EntityMetadata) {
    this.#metadata = metadata;
  }

  /** A new entity with everything the row has. */
  create<T>(row: Row): T | Promise<T> {
    const metadata = this.#metadataFor(row);
    const entity = metadata.create(undefined, { fromDeserializer: true }) as object;
    this.#fill(metadata, entity, row);
    return loaded(metadata, entity) as T | Promise<T>;
  }

  /** A new entity of the class itself, filled by `fill`. */
  make<T>(fill: (entity: object) => void): T | Promise<T> {
    const entity = this.#metadata.create(undefined, { fromDeserializer: true }) as object;
    fill(entity);
    return loaded(this.#metadata, entity) as T | Promise<T>;
  }

  /** Writes what the row has into an entity that exists. */
  refresh(entity: object, row: Row): void {
    this.#fill(this.#metadataFor(row), entity, row);
  }

  #metadataFor(row: Row): EntityMetadata {
    const discriminator = this.#metadata.discriminatorColumn;
    if (!discriminator) return this.#metadata;
    const value = row[discriminator.databaseName];
    return this.#metadata.childEntityMetadatas.find((child) => child.discriminatorValue === value) ?? this.#metadata;
  }

  #fill(metadata: EntityMetadata, entity: object, row: Row): void {
    const setters = getOrInsert(this.#setters, metadata, () => settersOf(metadata));
    for (const name in row) setters.get(name)?.(entity, row[name]);
  }
}

/** A promise only where the entity has asynchronous `@AfterLoad` methods: it would cost every row a turn of the event loop. */
function loaded(metadata: EntityMetadata, entity: object): object | Promise<object> {
  const calls = metadata.afterLoadListeners.filter((listener) => listener.isAllowed(entity));
  return calls.length === 0 ? entity : callInOrder(entity, calls);
}

async function callInOrder(entity: object, calls: readonly { execute(entity: object): unknown }[]): Promise<object> {
  for (const call of calls) await call.execute(entity);
  return entity;
}

/** By the columns' names in the database. */
function settersOf(metadata: EntityMetadata): ReadonlyMap<string, Setter> {
  return new Map(metadata.columns.filter(isStored).map((column) => [column.databaseName, setter(column)]));
}

/** How a column's value gets into an entity: as it is where the driver hands it out in that form, else the way TypeORM does it. */
export function setter(column: ColumnMetadata): Setter {
  const { propertyName: property } = column;
  const { dataSource } = column.entityMetadata;
  if (dialectOf(dataSource).isReadAsIs(column) && !column.embeddedMetadata) {
    const isTime = String(column.type) === dialectOf(dataSource).COLUMN_TYPES.time;
    return (entity, value) => {
      (entity as Row)[property] = isTime && typeof value === "string" ? asDate(value) : value;
    };
  }
  return (entity, value) => column.setEntityValue(entity, dataSource.driver.prepareHydratedValue(value, column));
}
