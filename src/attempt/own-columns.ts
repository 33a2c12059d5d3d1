import { isDeepStrictEqual } from "node:util";
import type { ColumnMetadata } from "../dialect/index.js";
import type { JobTable } from "../table/job-table.js";
import { deepFreeze } from "../util/deep-freeze.js";
import { getOrInsert } from "../util/get-or-insert.js";

/**
 * Remembers what the columns of a started job hold. A column assigned on the instance would be lost silently, since only `updates`
 * are written, so `succeed` looks for it. JSON values are frozen: a change inside one throws where it is made.
 */
export class OwnColumns {
  readonly #watched: readonly Watched[];
  readonly #entity: object;
  readonly #values: unknown[];
  readonly #originals: unknown[];

  constructor(table: JobTable, entity: object) {
    this.#watched = getOrInsert(watched, table, () => watchedBy(table));
    this.#entity = entity;
    this.#originals = this.#watched.map(({ read, isShared }) => (isShared ? read(entity) : deepFreeze(read(entity))));
    this.#values = this.#originals.map(comparable);
  }

  /** The library itself has changed this property on the instance. */
  written(property: string): void {
    const index = this.#watched.findIndex(({ path }) => path === property);
    this.#originals[index] = this.#watched[index]?.read(this.#entity);
    this.#values[index] = comparable(this.#originals[index]);
  }

  /** Takes back what was assigned since the start: after an outcome the instance shows the row, which never had it. */
  restore(): void {
    for (const [index, { read, write }] of this.#watched.entries()) {
      const [value, original] = [this.#values[index], this.#originals[index]];
      if (Object.is(comparable(read(this.#entity)), value)) continue;
      write(this.#entity, original instanceof Date ? new Date(value as number) : original);
    }
  }

  /** Properties that were assigned since the start. */
  changed(): string[] {
    return this.#watched
      .filter(({ read, isShared }, index) => {
        const [now, before] = [comparable(read(this.#entity)), this.#values[index]];
        // The same JSON in another object is no change: reload() gives it.
        return !Object.is(now, before) && (isShared || !isDeepStrictEqual(now, before));
      })
      .map(({ path }) => path);
  }
}

/** A property that must not be assigned while the attempt is open. */
interface Watched {
  readonly path: string;
  /** Not ours to freeze: a related entity, or an object that a transformer gave and others may hold. */
  readonly isShared: boolean;
  read(entity: object): unknown;
  write(entity: object, value: unknown): void;
}

/** What is watched, worked out once per class. */
const watched = new WeakMap<JobTable, readonly Watched[]>();

/** Columns and relations with a join column. */
function watchedBy(table: JobTable): readonly Watched[] {
  return [
    ...table.columns.map((column) => ({
      path: column.propertyPath,
      isShared: column.transformer !== undefined,
      read: reader(column),
      write: (entity: object, value: unknown) => column.setEntityValue(entity, value),
    })),
    // A lazy one is loaded, and so changed, by being read.
    ...table.metadata.relations
      .filter((relation) => relation.isWithJoinColumn && !relation.isLazy)
      .map((relation) => ({
        path: relation.propertyPath,
        isShared: true,
        read: (entity: object) => relation.getEntityValue(entity) as unknown,
        write: (entity: object, value: unknown) => relation.setEntityValue(entity, value),
      })),
  ];
}

/** TypeORM's way to a value works for embedded and relation columns too; for plain ones it is a detour, three times an attempt. */
function reader(column: ColumnMetadata): (entity: object) => unknown {
  const { propertyName, embeddedMetadata, relationMetadata } = column;
  if (embeddedMetadata || relationMetadata) return (entity) => column.getEntityValue(entity) as unknown;
  return (entity) => (entity as Record<string, unknown>)[propertyName];
}

/** A Date is changed in place, so its time counts. */
function comparable(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}
