import { quoted, type Row, type StartCodes } from "../dialect/index.js";
import { InvalidOptionError, JobIgnoredError, JobLockedError, JobNotFoundError } from "../error/index.js";
import type { JobKind } from "../status/job-status.js";
import type { Step } from "../status/status-map.js";
import { type Assignment, initialValues } from "../table/columns.js";
import type { JobTable } from "../table/job-table.js";
import { checkedAssignments } from "./checked.js";
import { executeAgain } from "./execute.js";
import { refusal } from "./refusal.js";
import { startCodes } from "./start-codes.js";

/** What a start asks for. */
export interface StartRequest {
  readonly key: unknown;
  /** The step by name; undefined: the one the row is due for. */
  readonly step: Step | undefined;
  /** Further kinds and codes to start from, with `retry` 0. */
  readonly startableFrom: readonly (JobKind | number)[];
  readonly lock: string;
  readonly lockBy: string;
  /** Milliseconds. */
  readonly expire: number;
  readonly maxAttempts: number;
  /** Columns of the row to make when it is missing; undefined: a missing row is refused. */
  readonly create: Readonly<Record<string, unknown>> | undefined;
}

/** How often a row is tried that the second statement finds startable: it changed in between. */
const TRIES = 3;

/**
 * Takes the lock of one job by one compare-and-set and answers the row. A refusal is told apart by a second statement, which a
 * start that succeeds never sends.
 */
export async function startJob(table: JobTable, request: StartRequest): Promise<Row> {
  // Worked out for the first statement of its kind, and for a refusal.
  const codes = () => startCodes(table, request);
  for (let tries = 1; ; tries++) {
    const row = await compareAndSet(table, request, codes);
    if (row) return row;
    const refused = await refusal(table, request, codes());
    // With `create` a row that is gone by now can be made.
    const gone = request.create !== undefined && refused instanceof JobNotFoundError && tries < TRIES;
    if (refused && !gone) throw refused;
    if (tries < TRIES) continue;
    // Each time somebody else was faster: to this caller the job is as good as locked.
    throw new JobLockedError({ ...table.context(request.key), lockBy: null, lockUntil: null });
  }
}

async function compareAndSet(table: JobTable, request: StartRequest, codes: () => StartCodes): Promise<Row | undefined> {
  const { sql, policy, dialect } = table;
  const { lock, lockBy, expire, maxAttempts, create } = request;
  const bindings = Object.assign(table.keys.bindings(request.key), { lock, lockBy, expire, maxAttempts });
  const variant = `${request.step ? JSON.stringify(request.step.name) : "*"} ${[...request.startableFrom].sort().join()}`;
  const [row] = create
    ? await executeCreate(table, request, codes, variant, bindings)
    : await executeAgain(
        table,
        table.statement(`start ${variant}`, () => dialect.start(sql, codes(), policy.maxErrors)),
        bindings,
      );
  if (!row) return undefined;
  if (row[table.lockName] !== null) return row;
  throw new JobIgnoredError({ ...table.context(request.key), reason: "exhausted" });
}

function executeCreate(
  table: JobTable,
  request: StartRequest,
  codes: () => StartCodes,
  variant: string,
  bindings: Record<string, unknown>,
) {
  const { dialect, sql, policy } = table;
  const keys = table.keys.values(request.key).map((value, index) => ({ column: table.keys.columns[index]!, value }));
  const others = [...createdAssignments(table, request), ...initialValues(table.metadata)];
  others.sort((a, b) => (a.column.databaseName < b.column.databaseName ? -1 : 1)); // each order would be a statement of its own
  const assignments = [...keys, ...others];
  const columns = assignments.map(({ column }) => ({
    name: quoted(column),
    value: dialect.valueSql(column),
  }));
  const step = request.step ?? table.statuses.steps[0]!;
  const statement = table.statement(`create ${variant} ${JSON.stringify(columns.map((column) => column.name))}`, () =>
    dialect.createAndStart(sql, codes(), policy.maxErrors, columns, step.codes.in_progress),
  );
  const values = assignments.map(({ column, value }, index) => [`value${index}`, dialect.parameter(column, value)]);
  return executeAgain(table, statement, { ...bindings, ...Object.fromEntries(values) });
}

/** What `create` gives beside the key. When the row is due is not among it: the job is started at once. */
function createdAssignments(table: JobTable, { key, create }: StartRequest): Assignment[] {
  const given = Object.fromEntries(Object.entries(create ?? {}).filter(([, value]) => value !== undefined));
  const context = table.context(key);
  if ("runAt" in given) throw new InvalidOptionError("create.runAt", "nothing: the job is started now", given.runAt, context);
  table.validation.properties(given, Object.keys(given));
  const assignments = Object.entries(given).flatMap(([property, value]) =>
    checkedAssignments(table, property, value, "create"),
  );
  const inKey = assignments.find(({ column }) => column.isPrimary);
  if (!inKey) return assignments;
  const option = `create.${inKey.column.propertyPath}`;
  throw new InvalidOptionError(option, "nothing: the first argument is the key", inKey.value, context);
}
