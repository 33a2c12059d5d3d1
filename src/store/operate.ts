import type { EntityManager } from "typeorm";
import type { Condition, CriteriaShape, Row, Statement, Waiting } from "../dialect/index.js";
import type { JobKind } from "../status/job-status.js";
import type { Step } from "../status/status-map.js";
import type { JobTable } from "../table/job-table.js";
import { type CheckedCriteria, criteriaStatement, onlyKey } from "./criteria.js";
import { execute } from "./execute.js";

/** One operator's verb: which codes it takes, and its statement. */
export interface Operation {
  /** Names everything that the text depends on beyond the criteria. */
  readonly variant: string;
  readonly codes: readonly number[];
  /** Further conditions of the verb itself. */
  readonly shape?: CriteriaShape;
  /** Further values that the statement binds. */
  readonly bindings?: Readonly<Record<string, unknown>>;
  build(condition: Condition, waiting: Waiting): Statement;
}

/**
 * Applies a verb to the rows that match and answers how many there were.
 *
 * A statement on several rows skips those that somebody holds at that moment (a heartbeat, a slow success): waiting for one would
 * keep the locks of all the others. Those stragglers are then taken one by one, where waiting hurts nobody.
 */
export async function operate(
  table: JobTable,
  checked: CheckedCriteria,
  operation: Operation,
  manager?: EntityManager,
): Promise<number> {
  if (operation.codes.length === 0) return 0;
  if (checked.shape.key) return (await apply(table, checked, operation, "wait", manager)).length;
  const done = await apply(table, checked, operation, "skip", manager);
  let count = done.length;
  for (const key of await stragglers(table, checked, operation, done, manager)) {
    count += (await apply(table, onlyKey(table, checked, key), operation, "wait", manager)).length;
  }
  return count;
}

function apply(
  table: JobTable,
  checked: CheckedCriteria,
  operation: Operation,
  waiting: Waiting,
  manager?: EntityManager,
): Promise<Row[]> {
  const verb = `${operation.variant} ${waiting} ${operation.codes.join()}`;
  const shape = { ...checked.shape, ...operation.shape };
  const statement = criteriaStatement(table, verb, shape, (condition) => operation.build(condition, waiting));
  return execute(table, statement, { ...checked.bindings, ...operation.bindings }, manager);
}

/** Keys of the rows that match and are not done: they were held, or came only now. A row may match still after the verb. */
async function stragglers(
  table: JobTable,
  checked: CheckedCriteria,
  operation: Operation,
  done: readonly Row[],
  manager?: EntityManager,
): Promise<object[]> {
  const { codes } = operation;
  const shape = { ...checked.shape, ...operation.shape };
  const statement = criteriaStatement(table, `keys ${codes.join()}`, shape, (condition) =>
    table.dialect.matchingKeys(table.sql, condition, codes),
  );
  const rows = await execute(table, statement, checked.bindings, manager);
  const settled = new Set(done.map((row) => JSON.stringify(row)));
  return rows.filter((row) => !settled.has(JSON.stringify(row))).map((row) => keyOf(table, row));
}

function keyOf(table: JobTable, row: Row): object {
  const key: Record<string, unknown> = {};
  for (const [index, column] of table.keys.columns.entries()) {
    column.setEntityValue(key, table.dataSource.driver.prepareHydratedValue(row[`key${index}`], column));
  }
  return key;
}

/** The codes of a verb's kinds, narrowed to those the criteria names. */
export function narrowed(table: JobTable, checked: CheckedCriteria, kinds: readonly JobKind[]): number[] {
  const own = table.statuses.codesOf(kinds);
  return checked.codes ? own.filter((code) => checked.codes!.includes(code)) : own;
}

/** Steps whose success still has a successor to come: such a row waits for its next step, so it is not finished. */
export function halfway(table: JobTable): (Step & { readonly next: Step })[] {
  return table.statuses.steps.filter((step): step is Step & { readonly next: Step } => step.next !== undefined);
}

/** Each code with the code of another kind in the same step. */
export function mapped(table: JobTable, codes: readonly number[], kind: JobKind): Map<number, number> {
  return new Map(codes.map((code) => [code, table.statuses.stepOf(code)!.codes[kind]]));
}
