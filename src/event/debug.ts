import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { titleOf } from "../failure/describe-thrown.js";
import { preview } from "../util/preview.js";
import { safeText } from "../util/safe-text.js";
import type { JobEvents } from "./job-events.js";

type Attempt = JobEvents["typeorm-jobs:attempt"];

/** How long a line shows what was thrown, in characters: the whole of it is in the row. */
const MAX_THROWN = 500;

// Of the process, as the channels are.
let asked = 0;

/**
 * Starts the one subscriber behind `debug: true`: a line per event on stderr, for the attempts that asked for it. Answers what to call
 * when the attempt is over: a subscriber that stays would make every later attempt build its events.
 */
export function printDebugEvents(): () => void {
  asked++;
  if (asked === 1) subscribe("typeorm-jobs:attempt", print);
  return () => {
    asked--;
    if (asked === 0) unsubscribe("typeorm-jobs:attempt", print);
  };
}

function print(message: unknown): void {
  const event = message as Attempt;
  if (event.debug) process.stderr.write(`${safeText(line(event)).replaceAll(/\s*[\r\n]\s*/g, " ")}\n`);
}

function line(event: Attempt): string {
  const job = `[typeorm-jobs] ${event.jobClass} ${key(event.key)}${event.step ? ` (${event.step})` : ""}`;
  switch (event.type) {
    case "starting":
      return `${job}: start`;
    case "locked":
      return `${job}: locked, attempt ${event.attempt}, fence ${event.fence}, until ${event.lockUntil?.toISOString() ?? "?"}`;
    case "refused":
      return `${job}: refused: ${text(event.error)}`;
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

/** Any value may be given as a key, and anything may have been thrown: a subscriber that throws ends the process, these two never do. */
function key(value: unknown): string {
  return typeof value === "string" ? value : preview(value);
}

function text(value: unknown): string {
  return (typeof value === "string" ? value : titleOf(value)).slice(0, MAX_THROWN);
}
