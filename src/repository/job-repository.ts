import type { DataSource } from "typeorm";
import { attemptOptions, type StartOptions } from "../attempt/attempt-options.js";
import { runAttempt, type Work } from "../attempt/run-attempt.js";
import { startAttempt } from "../attempt/start-attempt.js";
import { type Started, startedJob } from "../attempt/started-job.js";
import { limitTime } from "../attempt/time-limit.js";
import { InvalidOptionError, JobNotFoundError, JobRefusedError } from "../error/index.js";
import type { StatusSelector } from "../status/status-map.js";
import { cancelJobs } from "../store/cancel.js";
import { type CountBy, type CountOptions, type Counts, countJobs } from "../store/count.js";
import type { InTransaction, JobCriteria } from "../store/criteria.js";
import { type EnqueueOptions, enqueueJobs, type NewJob } from "../store/enqueue.js";
import { type FindOptions, findByStatus, findLocked } from "../store/find.js";
import { type PurgeOptions, purgeJobs } from "../store/purge.js";
import { type RerunOptions, rerunJobs } from "../store/rerun.js";
import { rescueJobs } from "../store/rescue.js";
import { type ScheduleOptions, scheduleJobs } from "../store/schedule.js";
import type { JobClass, JobKey } from "../table/job-class.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import { tableOf } from "../table/tables.js";

/** Options of `run`. */
export interface RunOptions<T extends JobRow = JobRow> extends StartOptions<T> {
  /** Record what the work throws, but don't rethrow it; refusals are thrown all the same. Default false. */
  skipError?: boolean;
}

/**
 * The jobs of one class in one DataSource. The statics of the class are one-line calls of it; with several DataSources, in
 * data-mapper code and in NestJS it is what you use.
 *
 * @example const ingests = jobs(IngestJob, dataSource); await ingests.run("job-1", work);
 */
export class JobRepository<T extends JobRow> {
  constructor(
    readonly dataSource: DataSource,
    readonly target: JobClass<T>,
  ) {}

  /**
   * Inserts one job or many, due now unless `delay` or `runAt` says otherwise: 1,000 rows a statement, all or nothing.
   * One: the instance, or null when a conflict was ignored or the row to replace runs. Many: those inserted or replaced, in the order given.
   *
   * @throws JobExistsError for a key that exists, InvalidOptionError, InvalidUpdateError, InvalidDataError; nothing is inserted then
   * @example await IngestJob.enqueue({ id: "job-1", data: { url, version: 0 } });
   */
  enqueue(job: NewJob<T>, options?: EnqueueOptions & { onConflict?: "error" }): Promise<T>;
  enqueue(job: NewJob<T>, options: EnqueueOptions): Promise<T | null>;
  enqueue(jobs: readonly NewJob<T>[], options?: EnqueueOptions): Promise<T[]>;
  async enqueue(jobs: NewJob<T> | readonly NewJob<T>[], options: EnqueueOptions = {}): Promise<T[] | T | null> {
    if (Array.isArray(jobs)) return enqueueJobs<T>(this.#table, jobs, options);
    return (await enqueueJobs<T>(this.#table, [jobs], options))[0] ?? null;
  }

  /**
   * Takes the lock of one job by key, whatever its `runAt`, and opens an attempt on it.
   *
   * @throws JobNotFoundError, JobLockedError, JobAlreadySucceededError, JobIgnoredError, JobNotReadyToStartError: nothing was written,
   *   except that a lost last attempt ends the job as ignored; JobInTransactionError in an open transaction; InvalidOptionError
   * @example await using job = await IngestJob.start("job-1");
   */
  async start(key: JobKey<T>, options: StartOptions<T> = {}): Promise<Started<T>> {
    // Kept for an attempt that is left without an outcome: the stack costs little until somebody reads it.
    return this.#start(key, options, new Error("started here"));
  }

  /**
   * As `start`, but null where the job is locked, succeeded, ignored or not ready: `await using` takes null too.
   *
   * @throws JobNotFoundError; JobInTransactionError in an open transaction; InvalidOptionError
   * @example await using job = await IngestJob.tryStart("job-1"); if (!job) return;
   */
  async tryStart(key: JobKey<T>, options: StartOptions<T> = {}): Promise<Started<T> | null> {
    return unlessRefused(this.#start(key, options, new Error("started here")));
  }

  /**
   * Runs one job: starts it, performs the work, writes the outcome. Returning succeeds the job; what is thrown is recorded with its
   * traceback and rethrown. Resolves to what the work returned; to undefined after IgnoreJobError and ReleaseJobError.
   *
   * @throws what the work threw (the cause, of a RetryJobError); the refusals of `start`; JobLockLostError
   * @example await IngestJob.run("job-1", async (job) => { job.updates.set("rows", 42); });
   */
  async run<Result>(key: JobKey<T>, work: Work<T, Result>, options: RunOptions<T> = {}): Promise<Result | undefined> {
    const { checked, skipError } = this.#checkRun(key, work, options);
    return runAttempt(await startAttempt(this.#table, key, checked, undefined), work, skipError);
  }

  /**
   * As `run`, but null where the job is locked, succeeded, ignored or not ready.
   *
   * @throws what `run` throws, but for these refusals
   * @example const result = await IngestJob.tryRun("job-1", work); // null: not now
   */
  async tryRun<Result>(key: JobKey<T>, work: Work<T, Result>, options: RunOptions<T> = {}): Promise<Result | undefined | null> {
    const { checked, skipError } = this.#checkRun(key, work, options);
    const attempt = await unlessRefused(startAttempt(this.#table, key, checked, undefined));
    return attempt === null ? null : runAttempt(attempt, work, skipError);
  }

  /**
   * Jobs by kind or code (several too), in the order of their last change.
   *
   * @throws InvalidOptionError for a kind, code, step or option that isn't known
   * @example await IngestJob.findByStatus("failed", { limit: 20, order: "newest" });
   */
  async findByStatus(status: StatusSelector, options: FindOptions = {}): Promise<T[]> {
    return findByStatus(this.#table, status, options);
  }

  /**
   * Running jobs whose lock lives, longest-held first (database time). Without criteria: all of them.
   * @example for (const job of await IngestJob.findRunning()) console.log(job.id, job.lockBy, job.lockUntil);
   */
  async findRunning(criteria: JobCriteria<T> = {}, options: InTransaction = {}): Promise<T[]> {
    return findLocked(this.#table, "live", criteria, options);
  }

  /**
   * Running jobs whose lock has expired, longest-held first: lost attempts that `rescue` or a take-over will end.
   * @example const lost = await IngestJob.findExpired({ olderThan: "1h" });
   */
  async findExpired(criteria: JobCriteria<T> = {}, options: InTransaction = {}): Promise<T[]> {
    return findLocked(this.#table, "expired", criteria, options);
  }

  /**
   * How many jobs there are of each kind (zeros included; the default), of each kind in each step, or by reason.
   * @example const { failed } = await IngestJob.countByStatus();
   */
  async countByStatus<By extends CountBy = "status">(options: CountOptions<By> = {}): Promise<Counts<By>> {
    return countJobs<By>(this.#table, options);
  }

  /**
   * Puts failed and ignored jobs back to pending: `retry` 0, due now; the history in `errors` stays. Of ignored jobs only those with
   * reason exhausted or ignored, unless `reason` says otherwise; succeeded ones only where `status` names them. Answers how many.
   *
   * @throws InvalidOptionError for empty criteria, or what they name that isn't known
   * @example await IngestJob.rerun({ status: "failed", olderThan: "1h" });
   */
  async rerun(criteria: JobCriteria<T>, options: RerunOptions = {}): Promise<number> {
    return rerunJobs(this.#table, criteria, options);
  }

  /**
   * Ends waiting, failed and running jobs: ignored, reason cancelled. A running attempt loses its lock; nothing of it commits.
   * Answers how many.
   *
   * @throws InvalidOptionError for empty criteria, or what they name that isn't known
   * @example await IngestJob.cancel({ key: "job-1" });
   */
  async cancel(criteria: JobCriteria<T>, options: InTransaction = {}): Promise<number> {
    return cancelJobs(this.#table, criteria, options);
  }

  /**
   * Ends attempts whose lock has expired, by the policy: failed with backoff, or ignored when no attempts are left. Answers how many.
   * @example const rescued = await IngestJob.rescue();
   */
  async rescue(options: InTransaction = {}): Promise<number> {
    return rescueJobs(this.#table, options);
  }

  /**
   * Deletes finished and failed rows, in chunks, never one with a lock. Answers how many.
   *
   * @throws InvalidOptionError for kinds that are still at work, or an option that isn't known
   * @example await IngestJob.purge({ status: ["succeeded", "ignored"], olderThan: "30d", limit: 100_000 });
   */
  async purge(options: PurgeOptions): Promise<number> {
    return purgeJobs(this.#table, options);
  }

  /**
   * Makes waiting jobs due, now or after `delay`: rows that were inserted without `enqueue`, or a failed job's backoff cut short.
   * Answers how many.
   *
   * @throws InvalidOptionError for empty criteria, or what they name that isn't known
   * @example await IngestJob.schedule({ status: "failed" }, { delay: "5m" });
   */
  async schedule(criteria: JobCriteria<T>, options: ScheduleOptions = {}): Promise<number> {
    return scheduleJobs(this.#table, criteria, options);
  }

  get #table(): JobTable {
    return tableOf(this.dataSource, this.target);
  }

  #checkRun(key: JobKey<T>, work: unknown, options: RunOptions<T>) {
    const context = this.#table.context(key);
    if (typeof work !== "function")
      throw new InvalidOptionError("work", "a function that takes the started job", work, context);
    const checked = attemptOptions(this.#table, options, ["skipError"]);
    const { skipError = false } = options;
    if (typeof skipError !== "boolean") throw new InvalidOptionError("skipError", "true or false", skipError, context);
    return { checked, skipError };
  }

  async #start(key: JobKey<T>, options: StartOptions<T>, startedFrom: Error): Promise<Started<T>> {
    const checked = attemptOptions(this.#table, options);
    const attempt = await startAttempt(this.#table, key, checked, startedFrom);
    const limit = limitTime(attempt, false);
    limit?.exceeded.catch(() => {}); // told by the event of the outcome, and by the next call on the job
    attempt.onEnd(() => limit?.stop());
    return startedJob<T>(attempt);
  }
}

/** Null for a refusal that says how the job stands; a job that isn't there is a mistake of the caller. */
async function unlessRefused<Value>(starting: Promise<Value>): Promise<Value | null> {
  try {
    return await starting;
  } catch (error) {
    if (error instanceof JobRefusedError && !(error instanceof JobNotFoundError)) return null;
    throw error;
  }
}
