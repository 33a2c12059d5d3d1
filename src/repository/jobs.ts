import type { DataSource } from "typeorm";
import type { JobClass } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";
import { JobRepository } from "./job-repository.js";

const repositories = new WeakMap<DataSource, Map<unknown, unknown>>();

/**
 * The jobs of a class in a DataSource. Always the same object, so it costs nothing to ask again.
 *
 * @example const ingests = jobs(IngestJob, dataSource);
 */
export function jobs<T extends JobRow>(target: JobClass<T>, dataSource: DataSource): JobRepository<T> {
  let known = repositories.get(dataSource);
  if (!known) {
    known = new Map();
    repositories.set(dataSource, known);
  }
  let repository = known.get(target) as JobRepository<T> | undefined;
  if (!repository) {
    repository = new JobRepository(dataSource, target);
    known.set(target, repository);
  }
  return repository;
}
