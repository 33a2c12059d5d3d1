import { dataSourceOf } from "../repository/data-sources.js";
import type { JobRepository } from "../repository/job-repository.js";
import { jobs } from "../repository/jobs.js";
import type { JobClass } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";
import type { OfDataSource } from "./job-statics.js";

type Options = OfDataSource & Record<string, never>;
type Repository = JobRepository<JobRow>;

/** The repository that a static call means, and the options that are left for it. */
function of(target: JobClass, options: OfDataSource = {}): [Repository, never] {
  // What is no object of options is for the repository to refuse.
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    return [jobs(target, dataSourceOf(target, undefined)), options as never];
  }
  const { dataSource, ...own } = options;
  return [jobs(target, dataSourceOf(target, dataSource)), own as never];
}

/** The statics of every job class; `JobStatics` has their types. */
export const statics = {
  async enqueue(this: JobClass, given: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.enqueue(given, own);
  },
  async start(this: JobClass, key: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.start(key, own);
  },
  async tryStart(this: JobClass, key: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.tryStart(key, own);
  },
  async run(this: JobClass, key: never, work: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.run(key, work, own);
  },
  async tryRun(this: JobClass, key: never, work: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.tryRun(key, work, own);
  },
  async findByStatus(this: JobClass, status: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.findByStatus(status, own);
  },
  async findRunning(this: JobClass, criteria?: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.findRunning(criteria, own);
  },
  async findExpired(this: JobClass, criteria?: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.findExpired(criteria, own);
  },
  async countByStatus(this: JobClass, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.countByStatus(own);
  },
  async rerun(this: JobClass, criteria: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.rerun(criteria, own);
  },
  async cancel(this: JobClass, criteria: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.cancel(criteria, own);
  },
  async rescue(this: JobClass, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.rescue(own);
  },
  async purge(this: JobClass, options: Options) {
    const [repository, own] = of(this, options);
    return repository.purge(own);
  },
  async schedule(this: JobClass, criteria: never, options?: Options) {
    const [repository, own] = of(this, options);
    return repository.schedule(criteria, own);
  },
};
