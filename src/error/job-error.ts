/** What every error of the library can say about the job it is about. */
export interface JobErrorContext {
  /** The name of the job's class, such as `IngestJob`. */
  jobClass?: string;
  /** The job's primary key as the caller gave it: a value, or an object for a composite key. */
  key?: unknown;
  /** The error underneath, as in `new Error(message, { cause })`. */
  cause?: unknown;
}

/**
 * The base of every error the library throws.
 *
 * `code` never changes between releases, also where a bundler renames classes: test it where `instanceof` can't be used
 * (two copies of the library in one process, an error that crossed a worker thread).
 *
 * @example
 * try { await IngestJob.start("job-1"); } catch (error) {
 *   if (error instanceof JobError) console.log(error.code, error.jobClass, error.key);   // JOB_LOCKED IngestJob job-1
 * }
 */
export abstract class JobError extends Error {
  abstract readonly code: string;
  readonly jobClass?: string;
  readonly key?: unknown;

  constructor(message: string, context: JobErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    // Not enumerable, as on the built-in errors: it would be printed a second time beside the stack otherwise.
    Object.defineProperty(this, "name", { value: new.target.name, configurable: true, writable: true, enumerable: false });
    if (context.jobClass !== undefined) this.jobClass = context.jobClass;
    if (context.key !== undefined) this.key = context.key;
  }
}
