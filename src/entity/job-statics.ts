import type { DataSource } from "typeorm";
import type { StartOptions } from "../attempt/attempt-options.js";
import type { Work } from "../attempt/run-attempt.js";
import type { Started } from "../attempt/started-job.js";
import type { JobPolicy } from "../policy/job-policy.js";
import type { RunOptions } from "../repository/job-repository.js";
import type { StatusSelector } from "../status/status-map.js";
import type { Steps } from "../status/steps.js";
import type { CountBy, CountOptions, Counts } from "../store/count.js";
import type { InTransaction, JobCriteria } from "../store/criteria.js";
import type { EnqueueOptions, NewJob } from "../store/enqueue.js";
import type { FindOptions } from "../store/find.js";
import type { PurgeOptions } from "../store/purge.js";
import type { RerunOptions } from "../store/rerun.js";
import type { ScheduleOptions } from "../store/schedule.js";
import type { JobClass, JobKey } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";

/** Which DataSource a static uses, where a class belongs to several. */
export interface OfDataSource {
  dataSource?: DataSource;
}

/**
 * The statics of a job class: one-line calls of `jobs(Class, dataSource)`, where each is documented. The `this` types keep them off
 * abstract classes.
 */
export interface JobStatics {
  /** How jobs of this class are locked, retried and recorded. Override it. */
  readonly policy: JobPolicy;
  /** The steps of a pipeline on one row: `defineSteps({ ... })`. Override it. */
  readonly steps: Steps | undefined;

  /** TypeORM tells each entity class its DataSource here. */
  useDataSource(dataSource: DataSource | null): void;

  /** {@inheritDoc JobRepository.enqueue} */
  enqueue<T extends JobRow>(
    this: JobClass<T>,
    job: NewJob<T>,
    options?: EnqueueOptions & OfDataSource & { onConflict?: "error" },
  ): Promise<T>;
  enqueue<T extends JobRow>(this: JobClass<T>, job: NewJob<T>, options: EnqueueOptions & OfDataSource): Promise<T | null>;
  enqueue<T extends JobRow>(
    this: JobClass<T>,
    jobs: readonly NewJob<T>[],
    options?: EnqueueOptions & OfDataSource,
  ): Promise<T[]>;

  /** {@inheritDoc JobRepository.start} */
  start<T extends JobRow>(this: JobClass<T>, key: JobKey<T>, options?: StartOptions<T> & OfDataSource): Promise<Started<T>>;

  /** {@inheritDoc JobRepository.tryStart} */
  tryStart<T extends JobRow>(
    this: JobClass<T>,
    key: JobKey<T>,
    options?: StartOptions<T> & OfDataSource,
  ): Promise<Started<T> | null>;

  /** {@inheritDoc JobRepository.run} */
  run<T extends JobRow, Result>(
    this: JobClass<T>,
    key: JobKey<T>,
    work: Work<T, Result>,
    options?: RunOptions<T> & OfDataSource,
  ): Promise<Result | undefined>;

  /** {@inheritDoc JobRepository.tryRun} */
  tryRun<T extends JobRow, Result>(
    this: JobClass<T>,
    key: JobKey<T>,
    work: Work<T, Result>,
    options?: RunOptions<T> & OfDataSource,
  ): Promise<Result | undefined | null>;

  /** {@inheritDoc JobRepository.findByStatus} */
  findByStatus<T extends JobRow>(this: JobClass<T>, status: StatusSelector, options?: FindOptions & OfDataSource): Promise<T[]>;

  /** {@inheritDoc JobRepository.findRunning} */
  findRunning<T extends JobRow>(
    this: JobClass<T>,
    criteria?: JobCriteria<T>,
    options?: InTransaction & OfDataSource,
  ): Promise<T[]>;

  /** {@inheritDoc JobRepository.findExpired} */
  findExpired<T extends JobRow>(
    this: JobClass<T>,
    criteria?: JobCriteria<T>,
    options?: InTransaction & OfDataSource,
  ): Promise<T[]>;

  /** {@inheritDoc JobRepository.countByStatus} */
  countByStatus<T extends JobRow, By extends CountBy = "status">(
    this: JobClass<T>,
    options?: CountOptions<By> & OfDataSource,
  ): Promise<Counts<By>>;

  /** {@inheritDoc JobRepository.rerun} */
  rerun<T extends JobRow>(this: JobClass<T>, criteria: JobCriteria<T>, options?: RerunOptions & OfDataSource): Promise<number>;

  /** {@inheritDoc JobRepository.cancel} */
  cancel<T extends JobRow>(
    this: JobClass<T>,
    criteria: JobCriteria<T>,
    options?: InTransaction & OfDataSource,
  ): Promise<number>;

  /** {@inheritDoc JobRepository.rescue} */
  rescue<T extends JobRow>(this: JobClass<T>, options?: InTransaction & OfDataSource): Promise<number>;

  /** {@inheritDoc JobRepository.purge} */
  purge<T extends JobRow>(this: JobClass<T>, options: PurgeOptions & OfDataSource): Promise<number>;

  /** {@inheritDoc JobRepository.schedule} */
  schedule<T extends JobRow>(
    this: JobClass<T>,
    criteria: JobCriteria<T>,
    options?: ScheduleOptions & OfDataSource,
  ): Promise<number>;
}
