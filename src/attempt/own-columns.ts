import type { JobTable } from "../table/job-table.js";
import { deepFreeze } from "../util/deep-freeze.js";

/**
 * Remembers what the columns of a started job hold. A column assigned on the instance would be lost silently, since only `updates`
 * are written, so `succeed` looks for it. JSON values are frozen: a change inside one throws where it is made.
 */
export class OwnColumns {
  readonly #table: JobTable;
  readonly #entity: object;
  readonly #values: unknown[];

  constructor(table: JobTable, entity: object) {
    this.#table = table;
    this.#entity = entity;
    this.#values = table.columns.map((column) => {
      const value: unknown = column.getEntityValue(entity);
      // What a transformer gives may be an object that others share.
      return comparable(column.transformer ? value : deepFreeze(value));
    });
  }

  /** Properties that were assigned since the start. */
  changed(): string[] {
    return this.#table.columns
      .filter((column, index) => comparable(column.getEntityValue(this.#entity)) !== this.#values[index])
      .map((column) => column.propertyPath);
  }
}

/** A Date is changed in place, so its time counts. */
function comparable(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}
