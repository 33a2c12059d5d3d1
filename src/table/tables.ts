import type { DataSource } from "typeorm";
import { getOrInsert } from "../util/get-or-insert.js";
import type { JobClass } from "./job-class.js";
import { JobTable } from "./job-table.js";

const tables = new WeakMap<DataSource, Map<JobClass, JobTable>>();

/** The table of a class in a DataSource; made at the first call, and anew when the DataSource was initialised again. */
export function tableOf(dataSource: DataSource, target: JobClass): JobTable {
  const known = getOrInsert(tables, dataSource, () => new Map());
  const table = known.get(target);
  if (table && dataSource.isInitialized && table.metadata === dataSource.getMetadata(target)) return table;
  const made = new JobTable(dataSource, target);
  known.set(target, made);
  return made;
}
