import type { EntityMetadata } from "typeorm";
import type { ColumnMetadata, Row } from "../dialect/index.js";

type Setter = (entity: object, row: Row) => void;

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
  async create<T>(row: Row): Promise<T> {
    const metadata = this.#metadataFor(row);
    const entity = metadata.create(undefined, { fromDeserializer: true }) as object;
    this.#fill(metadata, entity, row);
    // Only awaited where there is one: it would cost every row a turn of the event loop.
    for (const listener of metadata.afterLoadListeners) if (listener.isAllowed(entity)) await listener.execute(entity);
    return entity as T;
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
    let setters = this.#setters.get(metadata);
    if (!setters) {
      setters = new Map(
        metadata.columns.filter((column) => !column.isVirtual).map((column) => [column.databaseName, setter(column)]),
      );
      this.#setters.set(metadata, setters);
    }
    for (const name in row) setters.get(name)?.(entity, row);
  }
}

function setter(column: ColumnMetadata): Setter {
  const { databaseName: name, propertyName: property } = column;
  const { driver } = column.entityMetadata.dataSource;
  const plain = !column.transformer && !column.isArray && PLAIN_TYPES.has(driver.normalizeType(column));
  if (plain && !column.embeddedMetadata) {
    return (entity, row) => {
      (entity as Row)[property] = row[name];
    };
  }
  return (entity, row) => column.setEntityValue(entity, driver.prepareHydratedValue(row[name], column));
}

/** Types whose values the driver hands out as entities hold them. */
const PLAIN_TYPES = new Set([
  "integer",
  "smallint",
  "bigint",
  "character varying",
  "text",
  "uuid",
  "jsonb",
  "json",
  "timestamp with time zone",
]);
