import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { JobEvents } from "./job-events.js";

type Attempt = JobEvents["typeorm-jobs:attempt"];

/** Starts the one subscriber behind `debug: true`: a line per event on stderr, for the attempts that asked for it. */
export function printDebugEvents(): void {
  unsubscribe("typeorm-jobs:attempt", print);
  subscribe("typeorm-jobs:attempt", print);
}

function print(message: unknown): void {
  const event = message as Attempt;
  if (event.debug) process.stderr.write(`${line(event)}\n`);
}

function line(event: Attempt): string {
  const job = `[typeorm-jobs] ${event.jobClass} ${key(event.key)}${event.step ? ` (${event.step})` : ""}`;
  switch (event.type) {
    case "starting":
      return `${job}: start`;
    case "locked":
      return `${job}: locked, attempt ${event.attempt}, fence ${event.fence}, until ${event.lockUntil?.toISOString() ?? "?"}`;
    case "refused":
      return `${job}: refused: ${event.error.name}: ${event.error.message}`;
    case "aborted":
      return `${job}: signal aborted: ${text(event.reason)}`;
    case "unsettled":
      return `${job}: ${event.outcome} could not be written: ${text(event.error)}`;
    case "outcome":
      return (
        `${job}: ${event.outcome} after ${Math.round(event.duration)} ms` +
        `${event.error === undefined ? "" : ` (${text(event.error)})`}, status ${event.kind} ${event.status}`
      );
    default:
      return event satisfies never;
  }
}

function key(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}` : part));
}

function text(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : preview(value);
}

function preview(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "an unprintable value";
  }
}
