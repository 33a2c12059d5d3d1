import ms from "ms";
import { InvalidOptionError } from "../error/invalid-option-error.js";

/**
 * Milliseconds, or text as the `ms` package reads it: `"250ms"`, `"60s"`, `"15m"`, `"1.5 hours"`, `"7d"`.
 * (Plain `string` and not a template type: values come from configuration as often as from source text.)
 */
export type Duration = number | string;

/** 100 years in milliseconds: far inside what an `interval` and a JavaScript integer can hold, and past any sensible delay. */
export const MAX_DURATION = 3_155_760_000_000;

/** The longest time that setTimeout takes, in milliseconds (24.8 days). It fires at once for longer ones. */
export const MAX_TIMER = 2_147_483_647;

/**
 * Reads a duration as whole milliseconds.
 *
 * @param option what to call it in the error, such as `expire`
 * @param limits in milliseconds; `min` defaults to 0, `max` to 100 years
 * @throws InvalidOptionError for anything but a number or text in these limits
 * @example parseDuration("expire", "15m", { min: 100 })   // 900000
 */
export function parseDuration(option: string, value: unknown, limits: { min?: number; max?: number } = {}): number {
  const { min = 0, max = MAX_DURATION } = limits;
  const milliseconds = toMilliseconds(value);
  // Written so that NaN fails it too.
  if (milliseconds !== undefined && milliseconds >= min && milliseconds <= max) return milliseconds;
  throw new InvalidOptionError(option, describeLimits(min, max), value);
}

function toMilliseconds(value: unknown): number | undefined {
  if (typeof value === "number") return Math.round(value);
  if (typeof value !== "string" || value === "") return undefined; // ms throws on empty text
  const read: number | undefined = ms(value as ms.StringValue); // its type hides that it gives undefined for what it can't read
  return read === undefined ? undefined : Math.round(read);
}

function describeLimits(min: number, max: number): string {
  const from = min > 0 ? ` of at least ${min} ms` : "";
  const to = max < MAX_DURATION ? ` and at most ${max} ms` : "";
  return `a duration${from}${to} (milliseconds or text like "15m")`;
}
