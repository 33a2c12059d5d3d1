import type { ColumnMetadata, Dialect } from "../dialect/index.js";
import { InvalidOptionError } from "../error/index.js";

/** The primary columns of a class, and the keys that users give. */
export class Keys {
  readonly columns: readonly ColumnMetadata[];
  readonly #dialect: Dialect;
  readonly #className: string;
  /** `key0`…, made once: a property name that is put together at each call is looked up anew each time. */
  readonly #params: readonly string[];

  constructor(dialect: Dialect, className: string, columns: readonly ColumnMetadata[]) {
    this.columns = columns;
    this.#dialect = dialect;
    this.#className = className;
    this.#params = columns.map((_, index) => `key${index}`);
  }

  /**
   * The values of the key columns as the entity holds them.
   *
   * @throws InvalidOptionError naming the column that is missing or can't hold its value
   */
  values(key: unknown, option = "key"): unknown[] {
    const single = this.columns.length === 1;
    return this.columns.map((column) => {
      const bare = single && (typeof key !== "object" || key === null || key instanceof Date || key instanceof Uint8Array);
      const value: unknown = bare ? key : typeof key === "object" && key !== null ? column.getEntityValue(key) : undefined;
      const why = value === undefined || value === null ? "is missing" : this.#dialect.checkValue(column, value);
      if (why === undefined) return value;
      throw new InvalidOptionError(option, `${this.#describe()} (${column.propertyPath}: ${why})`, key, {
        jobClass: this.#className,
      });
    });
  }

  /** Bound values of `key0`…, in an object that the caller may add to. */
  bindings(key: unknown, option?: string): Record<string, unknown> {
    const bindings: Record<string, unknown> = {};
    for (const [index, value] of this.values(key, option).entries()) {
      bindings[this.#params[index]!] = this.#dialect.parameter(this.columns[index]!, value);
    }
    return bindings;
  }

  /** Bound value of `keys`: an array for one key column, else rows for a record set. */
  list(keys: readonly unknown[]): unknown {
    const rows = keys.map((key) => this.values(key, "keys"));
    const [only] = this.columns;
    if (only && this.columns.length === 1) return rows.map(([value]) => this.#dialect.parameter(only, value));
    const fields = rows.map((row) => row.map((value, index) => this.#dialect.field(this.columns[index]!, value)));
    const names = this.columns.map((column) => column.databaseName);
    return JSON.stringify(fields.map((row) => Object.fromEntries(row.map((value, index) => [names[index], value]))));
  }

  /** What errors and events show: a scalar for one key column, else an object. */
  of(entity: object): unknown {
    if (this.columns.length === 1) return this.columns[0]!.getEntityValue(entity);
    const key: Record<string, unknown> = {};
    for (const column of this.columns) {
      const value: unknown = column.getEntityValue(entity);
      // An embedded one keeps its shape, so that what errors and events show is a key again.
      if (column.embeddedMetadata) column.setEntityValue(key, value);
      else key[column.propertyName] = value;
    }
    return key;
  }

  #describe(): string {
    const names = this.columns.map((column) => column.propertyPath);
    return names.length === 1 ? `a key (${names[0]})` : `a key of { ${names.join(", ")} }`;
  }
}
