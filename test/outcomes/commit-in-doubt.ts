import type { JobRepository, Started } from "../../src/index.js";
import type { TestProxy } from "../support/proxy.js";
import type { RequestVerdict } from "../support/proxy-link.js";
import { type ProxyRequest, runs } from "../support/proxy-request.js";
import { Invoice, type OutcomeJob } from "./outcome-job.js";

/** The two shapes of a success, and which request commits it. */
export interface SuccessShape {
  readonly what: string;
  readonly writes: boolean;
  commits(request: ProxyRequest): boolean;
}

export const shapes: readonly SuccessShape[] = [
  { what: "one statement", writes: false, commits: (request) => runs(request, '"status" = 40') },
  { what: "a transaction with writes", writes: true, commits: (request) => runs(request, "COMMIT") },
];

/** An attempt whose success sets `rows` and, where its shape has writes, inserts an invoice; `calls` counts those. */
export async function startAttempt(jobs: JobRepository<OutcomeJob>, id: string, shape: SuccessShape) {
  const job: Started<OutcomeJob> = await jobs.start(id);
  const attempt = { job, calls: 0 };
  job.updates.set("rows", 42);
  if (shape.writes) {
    job.updates.write(async (tx) => {
      attempt.calls++;
      await tx.insert(Invoice, { no: id });
    });
  }
  return attempt;
}

/** Cuts the first request that matches. `alone`: nobody gets in any more until the proxy is told otherwise. */
export function cutOnce(
  proxy: TestProxy,
  matches: (request: ProxyRequest) => boolean,
  verdict: RequestVerdict,
  { alone = false } = {},
): Promise<void> {
  return new Promise((resolve) => {
    let done = false;
    proxy.intercept((request) => {
      if (done || !matches(request)) return "pass";
      done = true;
      if (alone) void proxy.refuse(true);
      resolve();
      return verdict;
    });
  });
}
