import { InvalidOptionError } from "../error/index.js";
import { JOB_KINDS, type JobKind } from "../status/job-status.js";
import type { JobTable } from "../table/job-table.js";
import { checkKnown } from "../util/options.js";
import { checkCriteria, criteriaStatement, type InTransaction } from "./criteria.js";
import { execute } from "./execute.js";

/** Jobs of each kind, zeros included. */
export type StatusCounts = Record<JobKind, number>;

/** How `countByStatus` counts. */
export interface CountOptions<By extends CountBy = CountBy> extends InTransaction {
  /** What it groups by. Default `"status"`. */
  by?: By;
}

export type CountBy = "status" | "step" | "reason";

const COUNT_BY: readonly CountBy[] = ["status", "step", "reason"];

/** By status: kinds; by step: kinds of each step; by reason: jobs whose last outcome was no success. */
export type Counts<By extends CountBy> = By extends "step"
  ? Record<string, StatusCounts>
  : By extends "reason"
    ? Record<string, number>
    : StatusCounts;

/** Counts the jobs of a class in one statement. */
export async function countJobs<By extends CountBy>(table: JobTable, options: CountOptions<By>): Promise<Counts<By>> {
  checkKnown(options, ["manager", "by"], "countByStatus options");
  const by: CountBy = options.by ?? "status";
  if (!COUNT_BY.includes(by)) throw InvalidOptionError.unknown(by, COUNT_BY, "countByStatus.by");
  const { shape, bindings } = checkCriteria(table, {}, "countByStatus", true);
  const group = by === "reason" ? "reason" : "status";
  const statement = criteriaStatement(table, `count ${group}`, shape, (condition) =>
    table.dialect.count(table.sql, condition, group),
  );
  const rows = await execute(table, statement, bindings, options.manager);
  const counted = rows.map((row) => ({
    status: row.status as number,
    reason: row.reason as string | null,
    count: Number(row.count),
  }));
  if (by === "reason") return byReason(counted) as Counts<By>;
  const steps = Object.fromEntries(table.statuses.steps.map((step) => [step.name, zeros()]));
  const kinds = zeros();
  for (const { status, count } of counted) {
    const kind = table.statuses.kindOf(status);
    if (kind === undefined) continue; // a code from before the class was changed: it is no status of any step
    kinds[kind] += count;
    steps[table.statuses.stepOf(status)!.name]![kind] += count;
  }
  return (by === "step" ? steps : kinds) as Counts<By>;
}

function byReason(rows: readonly { reason: string | null; count: number }[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { reason, count } of rows) if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return Object.fromEntries(counts);
}

function zeros(): StatusCounts {
  return Object.fromEntries(JOB_KINDS.map((kind) => [kind, 0])) as StatusCounts;
}
