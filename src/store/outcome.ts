import { type Bindings, type ColumnMetadata, quoted, type Statement } from "../dialect/index.js";
import type { CapturedFailure } from "../failure/redact-failure.js";
import type { Step } from "../status/status-map.js";
import type { JobTable } from "../table/job-table.js";

/** A statement that ends an attempt, with its values; its attempt adds key and lock. */
export interface OutcomeStatement {
  readonly statement: Statement;
  readonly bindings: Bindings;
}

/** One column of a success: a new value, or a patch merged into what the row has. */
export interface Update {
  readonly column: ColumnMetadata;
  /** The value of its parameter. */
  readonly bound: unknown;
  readonly merge: boolean;
}

/** Success with the user's updates. */
export function succeeding(table: JobTable, step: Step, given: readonly Update[]): OutcomeStatement {
  const { dialect, sql } = table;
  const { succeeded } = step.codes;
  const hasNext = step.next !== undefined;
  if (given.length === 0) {
    return {
      statement: table.statement(`succeed ${step.name}`, () => dialect.succeed(sql, succeeded, hasNext, [])),
      bindings: {},
    };
  }
  // In one order, whatever order they were set in: each order would be a statement of its own.
  const updates = [...given].sort((a, b) => (a.column.databaseName < b.column.databaseName ? -1 : 1));
  const columns = updates.map(({ column, merge }) => {
    const name = quoted(column);
    return { name, value: merge ? dialect.mergeSql(name) : dialect.valueSql(column) };
  });
  const variant = JSON.stringify(updates.map(({ column, merge }) => [column.databaseName, merge]));
  return {
    statement: table.statement(`succeed ${step.name} ${variant}`, () => dialect.succeed(sql, succeeded, hasNext, columns)),
    bindings: Object.fromEntries(updates.map(({ bound }, index) => [`value${index}`, bound])),
  };
}

/** Failure with a record. `delay` in milliseconds; null: the policy's backoff. */
export function failing(
  table: JobTable,
  step: Step,
  failure: { record: CapturedFailure; reason: string; maxAttempts: number; delay: number | null },
): OutcomeStatement {
  const { policy, dialect, sql } = table;
  const { record, reason, maxAttempts, delay } = failure;
  return {
    statement: table.statement(`fail ${step.name}`, () => dialect.fail(sql, step.codes, policy.backoff, policy.maxErrors)),
    bindings: { record: JSON.stringify(record), reason, maxAttempts, delay },
  };
}

/** Ignored, with a record. */
export function ignoring(table: JobTable, step: Step, record: CapturedFailure, reason: string): OutcomeStatement {
  const { policy, dialect, sql } = table;
  return {
    statement: table.statement(`ignore ${step.name}`, () => dialect.ignore(sql, step.codes.ignored, policy.maxErrors)),
    bindings: { record: JSON.stringify(record), reason },
  };
}

/** Back to pending, due after `delay` milliseconds, not counted. */
export function releasing(table: JobTable, step: Step, delay: number, reason: string | null): OutcomeStatement {
  const { dialect, sql } = table;
  return {
    statement: table.statement(`release ${step.name}`, () => dialect.release(sql, step.codes.pending)),
    bindings: { delay, reason },
  };
}
