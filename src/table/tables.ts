import type { DataSource } from "typeorm";
import type { JobClass } from "./job-class.js";
import { JobTable } from "./job-table.js";

const tables = new WeakMap<DataSource, Map<JobClass, JobTable>>();

/** The table of a class in a DataSource; made at the first call, and anew when the DataSource was initialised again. */
export function tableOf(dataSource: DataSource, target: JobClass): JobTable {
  let known = tables.get(dataSource);
  if (!known) {
    known = new Map();
    tables.set(dataSource, known);
  }
  const table = known.get(target);
  if (table && dataSource.isInitialized && table.metadata === dataSource.getMetadata(target)) return table;
  const made = new JobTable(dataSource, target);
  known.set(target, made);
  return made;
}
