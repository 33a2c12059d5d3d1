import type { StartCodes } from "../dialect/index.js";
import type { JobKind } from "../status/job-status.js";
import type { Step } from "../status/status-map.js";
import type { JobTable } from "../table/job-table.js";
import type { StartRequest } from "./start.js";

/** Which codes this start may leave, and where each leads. */
export function startCodes(table: JobTable, { step, startableFrom }: StartRequest): StartCodes {
  const steps = step ? [step] : table.statuses.steps;
  const ready = new Map<number, number>();
  const fresh: number[] = [];
  const running = new Map<number, number>();
  const interrupted: number[] = [];
  for (const { codes, previous } of steps) {
    ready.set(codes.pending, codes.in_progress);
    ready.set(codes.failed, codes.in_progress);
    running.set(codes.in_progress, codes.ignored);
    if (previous) ready.set(previous.codes.succeeded, codes.in_progress);
  }
  for (const code of startableFrom.flatMap((from) => extraCodes(table, from, step))) {
    if (running.has(code)) continue; // only an expired lock lets a running job go
    fresh.push(code);
    if (ready.has(code)) continue; // where it leads stays: a step that succeeded leads to the next one
    const own = table.statuses.stepOf(code)!;
    ready.set(code, (step ?? own).codes.in_progress);
    if (code === own.codes.in_progress) interrupted.push(code);
  }
  return { ready, fresh, running, interrupted };
}

function extraCodes(table: JobTable, from: JobKind | number, step: Step | undefined): number[] {
  if (typeof from === "number") return table.statuses.codesOf(from, undefined, "startableFrom");
  return table.statuses.codesOf(from, step?.name, "startableFrom");
}
