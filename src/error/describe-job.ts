import { preview } from "../util/preview.js";
import type { JobErrorContext } from "./job-error.js";

/** Names a job at the start of a message: `IngestJob "job-1"`, or as much of that as is known. */
export function describeJob({ jobClass, key }: JobErrorContext): string {
  const name = jobClass ?? "The job";
  return key === undefined ? name : `${name} ${preview(key)}`;
}
