/**
 * The status codes of a class without steps, as its `status` column holds them.
 * @example await IngestJob.findBy({ status: JobStatus.Failed });
 */
export const JobStatus = { Pending: 10, InProgress: 20, Failed: 30, Succeeded: 40, Ignored: 50 } as const;
export type JobStatus = (typeof JobStatus)[keyof typeof JobStatus];

/** What a status code means. Every step of a class has one code for each kind. */
export type JobKind = "pending" | "in_progress" | "failed" | "succeeded" | "ignored";

/** All kinds, in the order of a job's life. */
export const JOB_KINDS = Object.freeze(["pending", "in_progress", "failed", "succeeded", "ignored"] as const);
