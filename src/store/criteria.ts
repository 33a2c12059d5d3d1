import type { EntityManager } from "typeorm";
import { type Bindings, type Condition, type CriteriaShape, quoted, type Statement } from "../dialect/index.js";
import { InvalidOptionError } from "../error/index.js";
import type { StatusSelector } from "../status/status-map.js";
import { assignmentsOf, embeddedFault } from "../table/columns.js";
import type { JobKey, OwnColumn } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import { asList } from "../util/as-list.js";
import { type Duration, parseDuration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";

/** Which jobs; all that is given must hold. An empty one is refused: `{ all: true }` says it aloud. */
export interface JobCriteria<T extends JobRow = JobRow> {
  /** One job. */
  key?: JobKey<T>;
  /** Several jobs. */
  keys?: readonly JobKey<T>[];
  /** Kinds (in all steps, or the one named) or the class's own codes. */
  status?: StatusSelector;
  /** A step of the class. */
  step?: string;
  /** Why the last outcome was no success. */
  reason?: string | readonly string[];
  /** Unchanged for longer than this, by `updatedAt`: milliseconds or text like `"7d"`. */
  olderThan?: Duration;
  /** Equality on own columns; null means IS NULL. */
  where?: { readonly [K in OwnColumn<T>]?: T[K] | null };
  /** Every job of the class. */
  all?: true;
}

/** Criteria of whatever class: what they name is looked up among its columns. */
export type AnyCriteria = Omit<JobCriteria, "key" | "keys" | "where"> & {
  key?: unknown;
  keys?: readonly unknown[];
  where?: object;
};

/** Where a statement runs. */
export interface InTransaction {
  /** Takes part in this transaction. Default: the ambient one, else none. */
  manager?: EntityManager;
}

const KNOWN = ["key", "keys", "status", "step", "reason", "olderThan", "where", "all"];

/** A criteria that was checked: what SQL is made of, and the values it binds. */
export interface CheckedCriteria {
  readonly shape: CriteriaShape;
  readonly bindings: Bindings;
  /** Codes that `status` and `step` name; undefined: neither is given. */
  readonly codes: readonly number[] | undefined;
  readonly hasStatus: boolean;
  readonly hasReason: boolean;
}

/**
 * @param optional an empty criteria is fine (queries); otherwise it is refused
 * @throws InvalidOptionError naming what is wrong
 */
export function checkCriteria(table: JobTable, criteria: AnyCriteria, where: string, optional = false): CheckedCriteria {
  checkKnown(criteria, KNOWN, where);
  const { key, keys, status, step, reason, olderThan, all } = criteria;
  refuseUndefined(criteria, ["key", "keys"], where);
  const conditions = ownConditions(table, criteria.where ?? {}, `${where}.where`);
  const given = Object.entries(criteria).filter(
    ([name, value]) => value !== undefined && (name !== "where" || conditions.length > 0),
  );
  if (given.length === 0 && !optional) {
    throw new InvalidOptionError(
      where,
      "at least one criterion, or { all: true } for every job of the class",
      criteria,
      table.context(),
    );
  }
  if (all !== undefined && (all !== true || given.length > 1)) {
    throw new InvalidOptionError(`${where}.all`, "true, alone", criteria, table.context());
  }
  if (keys !== undefined && (!Array.isArray(keys) || keys.length === 0)) {
    throw new InvalidOptionError(`${where}.keys`, "at least one key", keys, table.context());
  }
  const shape: CriteriaShape = {
    key: key !== undefined,
    keys: keys !== undefined,
    reasons: reason !== undefined,
    olderThan: olderThan !== undefined,
    where: conditions.map(({ column, isNull, wrap }) => ({ column, isNull, wrap })),
  };
  return {
    shape,
    bindings: {
      ...(key === undefined ? {} : table.keys.bindings(key, `${where}.key`)),
      ...(keys === undefined ? {} : { keys: table.keys.list(keys) }),
      ...(reason === undefined ? {} : { reasons: reasonList(reason, `${where}.reason`) }),
      ...(olderThan === undefined ? {} : { olderThan: parseDuration(`${where}.olderThan`, olderThan) }),
      ...Object.fromEntries(conditions.flatMap(({ bound, isNull }, index) => (isNull ? [] : [[`where${index}`, bound]]))),
    },
    codes: codesOf(table, status, step, where),
    hasStatus: status !== undefined,
    hasReason: reason !== undefined,
  };
}

/** The same criteria for one of the jobs it matches. */
export function onlyKey(table: JobTable, checked: CheckedCriteria, key: object): CheckedCriteria {
  return {
    ...checked,
    shape: { ...checked.shape, key: true, keys: false },
    bindings: { ...checked.bindings, ...table.keys.bindings(key) },
  };
}

/** A statement on the rows that match, built once per shape. */
export function criteriaStatement(
  table: JobTable,
  verb: string,
  shape: CriteriaShape,
  build: (condition: Condition) => Statement,
): Statement {
  return table.statement(`${verb} ${JSON.stringify(shape)}`, () => build(table.dialect.criteria(table.sql, shape)));
}

function codesOf(
  table: JobTable,
  status: JobCriteria["status"],
  step: string | undefined,
  where: string,
): number[] | undefined {
  if (step !== undefined) table.statuses.step(step, `${where}.step`);
  if (status !== undefined) return table.statuses.codesOf(status, step, `${where}.status`);
  return step === undefined ? undefined : Object.values(table.statuses.step(step).codes);
}

function reasonList(reason: string | readonly string[], where: string): string[] {
  const list = asList(reason);
  if (list.length > 0 && list.every((item) => typeof item === "string")) return [...list];
  throw new InvalidOptionError(where, "a reason or several", reason);
}

function ownConditions(table: JobTable, given: object, where: string) {
  checkKnown(given, Object.keys(given), where); // an object of any names: these are looked up below, embedded ones too
  refuseUndefined(given, Object.keys(given), where);
  return Object.entries(given).flatMap(([property, value]) => {
    const assignments = assignmentsOf(table.metadata, property, value);
    if (!assignments) {
      const known = table.metadata.columns.map((column) => column.propertyPath);
      throw InvalidOptionError.unknown(property, known, where, table.context());
    }
    const fault = embeddedFault(table.metadata, property, value);
    if (fault !== undefined) throw new InvalidOptionError(`${where}.${property}`, `a value of the column (${fault})`, value);
    return assignments.map(({ column, value: wanted }) => {
      const isNull = wanted === null;
      const why = isNull ? undefined : table.dialect.checkValue(column, wanted);
      if (why) throw new InvalidOptionError(`${where}.${property}`, `a value of the column (${why})`, wanted, table.context());
      return {
        column: quoted(column),
        isNull,
        wrap: table.dialect.valueSql(column)("$"),
        bound: table.dialect.parameter(column, wanted),
      };
    });
  });
}

/** What names rows must not be dropped for lack of a value: the criteria would then match far more than was meant. */
function refuseUndefined(given: object, names: readonly string[], where: string): void {
  const missing = names.find((name) => Object.hasOwn(given, name) && (given as Record<string, unknown>)[name] === undefined);
  if (missing !== undefined)
    throw new InvalidOptionError(`${where}.${missing}`, "a value; leave it out for no condition", undefined);
}
