import type { JobPolicy } from "../policy/job-policy.js";
import type { Steps } from "../status/steps.js";
import type { JobRow } from "./job-row.js";

/** A class whose rows are jobs: made by `JobMixin`, not abstract. */
export interface JobClass<T extends JobRow = JobRow> {
  // `never[]`: any constructor fits, and an abstract class doesn't.
  new (...args: never[]): T;
  readonly name: string;
  readonly policy?: JobPolicy;
  readonly steps?: Steps | undefined;
}

/** Properties that hold data: no methods, no job columns. */
type OwnKey<T> = {
  // biome-ignore lint/complexity/noBannedTypes: any function, whatever its shape
  [K in keyof T]-?: T[K] extends Function ? never : K;
}[keyof T] &
  string;

/** The user's own columns. */
export type OwnColumn<T> = Exclude<OwnKey<T>, keyof JobRow | "kind" | "step">;

/** What names one job: the value of a single primary column, or the primary columns as an object. */
export type JobKey<T> = (T extends { id: infer Id } ? Id : string | number | bigint) | Partial<Pick<T, OwnColumn<T>>>;

/** Columns that `updates` can set: own ones, `data` and `priority`. The key can't: it is checked at run time, types don't know it. */
export type SettableColumn<T> = Exclude<OwnColumn<T>, "id"> | ("data" & keyof T) | ("priority" & keyof T);
