import { observed, publish } from "../event/job-events.js";
import type { JobTable } from "../table/job-table.js";
import { checkKnown } from "../util/options.js";
import { checkCriteria, criteriaStatement, type InTransaction } from "./criteria.js";
import { execute } from "./execute.js";
import { mapped } from "./operate.js";

/** Ends expired attempts by the policy: failed with backoff, or ignored when no attempts are left. Rows that somebody settles are skipped. */
export async function rescueJobs(table: JobTable, options: InTransaction): Promise<number> {
  checkKnown(options, ["manager"], "rescue options");
  const { shape, bindings } = checkCriteria(table, {}, "rescue", true);
  const running = table.statuses.codesOf("in_progress");
  const statement = criteriaStatement(table, "rescue", shape, (condition) =>
    table.dialect.rescue(
      table.sql,
      condition,
      mapped(table, running, "failed"),
      mapped(table, running, "ignored"),
      table.policy,
    ),
  );
  const count = (await execute(table, statement, bindings, options.manager)).length;
  if (count > 0 && observed("typeorm-jobs:rescue")) publish("typeorm-jobs:rescue", { jobClass: table.name, count });
  return count;
}
