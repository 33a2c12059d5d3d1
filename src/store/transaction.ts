import { AsyncLocalStorage } from "node:async_hooks";
import { type DataSource, EntityManager } from "typeorm";
import { InvalidOptionError, JobInTransactionError } from "../error/index.js";
import type { JobTable } from "../table/job-table.js";

// The transaction of an `updates.write` callback is ambient too: what user code enqueues in there belongs to it, and asking the
// pool for a second connection while holding one hangs a full pool.
const writing = new AsyncLocalStorage<EntityManager>();

/** Runs a write callback with its transaction as the ambient one. */
export function withAmbient<T>(manager: EntityManager, work: () => T): T {
  return writing.run(manager, work);
}

/**
 * The manager whose open transaction a statement belongs to; undefined: none, the statement commits by itself. Asked at each
 * call, because libraries like typeorm-transactional swap `dataSource.manager` by context.
 */
export function openTransaction(dataSource: DataSource, given?: EntityManager): EntityManager | undefined {
  refuseForeign(dataSource, given);
  const ambient = writing.getStore();
  const manager = given ?? (ambient?.dataSource === dataSource ? ambient : dataSource.manager);
  return manager.queryRunner?.isTransactionActive ? manager : undefined;
}

/** Something else than a manager (a query runner, say) would be no transaction at all, and another DataSource's is another database. */
function refuseForeign(dataSource: DataSource, given: unknown): void {
  if (given === undefined) return;
  if (given instanceof EntityManager && given.dataSource === dataSource) return;
  throw new InvalidOptionError("manager", "an EntityManager of the DataSource of the jobs", given);
}

/**
 * For what needs transactions of its own.
 *
 * @throws JobInTransactionError inside one of the caller's
 */
export function refuseTransaction(table: JobTable, asked: string, key?: unknown): void {
  if (openTransaction(table.dataSource)) throw new JobInTransactionError({ ...table.context(key), asked });
}
