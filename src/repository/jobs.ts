import type { DataSource } from "typeorm";
import { InvalidOptionError } from "../error/index.js";
import type { JobClass } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";
import { getOrInsert } from "../util/get-or-insert.js";
import { JobRepository } from "./job-repository.js";

const repositories = new WeakMap<DataSource, Map<unknown, unknown>>();

/**
 * The jobs of a class in a DataSource. Always the same object, so it costs nothing to ask again.
 *
 * @example const ingests = jobs(IngestJob, dataSource);
 */
export function jobs<T extends JobRow>(target: JobClass<T>, dataSource: DataSource): JobRepository<T> {
  if (typeof dataSource !== "object" || dataSource === null)
    throw new InvalidOptionError("dataSource", "a DataSource", dataSource, { jobClass: target.name });
  const known = getOrInsert(repositories, dataSource, () => new Map());
  return getOrInsert(known, target, () => new JobRepository(dataSource, target)) as JobRepository<T>;
}
