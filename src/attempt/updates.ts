import type { EntityManager } from "typeorm";
import { InvalidOptionError, InvalidUpdateError, JobAlreadySettledError } from "../error/index.js";
import { checkedAssignments } from "../store/checked.js";
import type { Update } from "../store/outcome.js";
import { type Assignment, isManaged, writableNames } from "../table/columns.js";
import type { SettableColumn } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import { cloneJson } from "../util/clone-json.js";
import type { DeepReadonly } from "../util/deep-readonly.js";
import { checkJson } from "../util/json-check.js";
import { nearest } from "../util/nearest.js";
import { snapshot } from "../util/snapshot.js";

/** Writes business data in the transaction of the job's success. Keep it short: the job's row is locked meanwhile. */
export type WriteCallback = (tx: EntityManager) => Promise<unknown>;

/** What a column takes: `data` of a started job is read-only at every depth, and parts of it may come back as they are. */
export type Settable<T extends JobRow, K extends keyof T> = K extends "data" ? DeepReadonly<T[K]> : T[K];

function isPatch(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is set for one property: its columns with their values. */
type Pending = { readonly value: unknown; readonly updates: readonly Update[] };

/**
 * Collects what commits with the job's success; nothing of it is sent before. Values are checked when they are set and taken as
 * they are then: what happens to an object afterwards changes nothing.
 */
export class Updates<T extends JobRow> {
  readonly #table: JobTable;
  readonly #entity: object;
  readonly #pending = new Map<string, Pending>();
  readonly #writes: WriteCallback[] = [];
  #sealedBy: string | undefined;

  /** @internal */
  constructor(table: JobTable, entity: object) {
    this.#table = table;
    this.#entity = entity;
  }

  /**
   * Sets one column, or several: then all or nothing.
   *
   * @throws InvalidUpdateError for a managed or unknown column, a value that doesn't fit, or one that a validator refuses
   * @throws InvalidDataError for what JSON can't hold, with its path
   * @example job.updates.set("rows", 42);
   * @example job.updates.set({ rows: 42, data: { ...job.data, version: 2 } });
   */
  set<K extends SettableColumn<T>>(column: K, value: Settable<T, K>): void;
  set(columns: { readonly [K in SettableColumn<T>]?: Settable<T, K> }): void;
  set(columns: string | Readonly<Record<string, unknown>>, value?: unknown): void {
    this.#refuseSealed();
    const given = typeof columns === "string" ? { [columns]: value } : columns;
    if (typeof given !== "object" || given === null) {
      throw new InvalidOptionError(
        "updates.set",
        "a column and its value, or an object of them",
        columns,
        this.#table.context(),
      );
    }
    const names = Object.keys(given);
    const checked = names.map((name): [string, Pending] => [name, this.#check(name, given[name])]);
    this.#table.validation.properties({ ...this.preview(), ...given }, names);
    for (const [name, pending] of checked) this.#put(name, pending);
  }

  /**
   * Merges a patch into a JSON column: shallow, in SQL, so what others wrote into other keys stays.
   *
   * @throws InvalidUpdateError when the column holds no JSON, or the patch is no object
   * @example job.updates.merge("data", { version: 2 });
   */
  merge<K extends SettableColumn<T>>(column: K, patch: Partial<Settable<T, K>>): void {
    this.#refuseSealed();
    const refuse = (why: string) => new InvalidUpdateError(column, why, this.#table.context());
    this.#refuseUnsettable(column);
    const metadata = this.#table.metadata.findColumnWithPropertyPath(column);
    const { json } = this.#table.dialect.COLUMN_TYPES;
    if (!metadata || String(metadata.type) !== json || metadata.isArray) throw refuse(`merge needs a column of type ${json}`);
    if (metadata.transformer) throw refuse("merge can't work on a column with a transformer: set it whole");
    if (!isPatch(patch)) throw refuse("a patch is an object");
    checkJson(patch, column);
    const before = this.#pending.get(column);
    const merge = before?.updates[0]?.merge ?? true;
    const present: unknown = merge ? metadata.getEntityValue(this.#entity) : before!.value;
    if (present !== null && present !== undefined && !isPatch(present)) throw refuse("there is no object to merge into");
    const value = { ...(before?.value as object | undefined), ...cloneJson(patch) };
    this.#refuseColumn(metadata);
    this.#table.validation.properties({ ...this.preview(), [column]: { ...(present as object | null), ...value } }, [column]);
    this.#put(column, { value, updates: [this.#bind({ column: metadata, value }, merge)] });
  }

  /**
   * Adds a callback that writes business data in the transaction of the success: after the guarded statement, in the order added.
   * It may run again when the database asks for a retry (serialization failure, deadlock, lost connection), on a fresh
   * transaction, so it must have no effect outside `tx`.
   *
   * @example job.updates.write(async (tx) => { await tx.insert(Invoice, invoice); });
   */
  write(callback: WriteCallback): void {
    this.#refuseSealed();
    if (typeof callback !== "function") {
      throw new InvalidOptionError(
        "updates.write",
        "a function that takes the transaction's manager",
        callback,
        this.#table.context(),
      );
    }
    this.#writes.push(callback);
  }

  /** @internal */
  get writes(): readonly WriteCallback[] {
    return this.#writes;
  }

  /** @internal What goes into the success statement. */
  columns(): Update[] {
    const byColumn = new Map<string, Update>();
    for (const { updates } of this.#pending.values())
      for (const update of updates) byColumn.set(update.column.databaseName, update);
    return [...byColumn.values()];
  }

  /** @internal Properties that are set, with their values as given. */
  get values(): Record<string, unknown> {
    return Object.fromEntries([...this.#pending].map(([name, { value }]) => [name, value]));
  }

  /** @internal The entity as it would be after success, for validators. */
  preview(): Record<string, unknown> {
    const merged = [...this.#pending].map(([name, { value, updates }]) => {
      const current = (this.#entity as Record<string, unknown>)[name];
      return [name, updates[0]?.merge ? { ...(current as object), ...(value as object) } : value];
    });
    return { ...this.#entity, ...Object.fromEntries(merged) } as Record<string, unknown>;
  }

  /** @internal No more changes: the outcome is on its way. */
  seal(outcome: string | undefined): void {
    this.#sealedBy = outcome;
  }

  /** Last, also where it was set before: several properties may mean one column, and the last one counts. */
  #put(name: string, pending: Pending): void {
    this.#pending.delete(name);
    this.#pending.set(name, pending);
  }

  #check(name: string, value: unknown): Pending {
    this.#refuseUnsettable(name);
    const assignments = checkedAssignments(this.#table, name, value, "updates");
    for (const { column } of assignments) this.#refuseColumn(column);
    const updates = assignments.map((assignment) => this.#bind(assignment, false));
    // Of what a transformer takes, and of related entities, nothing is known: they are kept as they are.
    const isPlain = assignments.every(({ column }) => !column.transformer && !column.relationMetadata);
    return { value: isPlain ? snapshot(value) : value, updates };
  }

  #refuseUnsettable(name: string): void {
    const refuse = (why: string) => new InvalidUpdateError(name, why, this.#table.context());
    if (name === "runAt" || isManaged(name)) throw refuse("the library alone writes this column");
    const known = writableNames(this.#table.metadata);
    if (!known.includes(name)) {
      const near = nearest(name, known);
      throw refuse(`${this.#table.name} has no such column${near === undefined ? "" : ` (did you mean "${near}"?)`}`);
    }
  }

  #refuseColumn(column: Update["column"]): void {
    const refuse = (why: string) => new InvalidUpdateError(column.propertyPath, why, this.#table.context());
    if (column.isPrimary) throw refuse("the key of a job never changes");
    if (!column.isUpdate) throw refuse("the entity declares this column update: false");
  }

  /** Takes the value as it is now: the object may change before the success is sent. */
  #bind({ column, value }: Assignment, merge: boolean): Update {
    return { column, bound: snapshot(this.#table.dialect.parameter(column, value)), merge };
  }

  #refuseSealed(): void {
    if (this.#sealedBy)
      throw new JobAlreadySettledError({ ...this.#table.context(), settled: this.#sealedBy, asked: "updates" });
  }
}
