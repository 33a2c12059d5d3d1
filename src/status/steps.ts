import { JobConfigurationError } from "../error/set-up-errors.js";
import { checkKnown } from "../util/options.js";
import { preview } from "../util/preview.js";
import { JobStatus } from "./job-status.js";

/** The five codes of one step. */
export interface StepCodes {
  pending: number;
  inProgress: number;
  failed: number;
  succeeded: number;
  ignored: number;
}

/** The steps of a class in the order they run, by name. Made by `defineSteps`. */
export type Steps<Name extends string = string> = { readonly [N in Name]: Readonly<StepCodes> };

const CODE_NAMES = ["pending", "inProgress", "failed", "succeeded", "ignored"] as const;
/** What an integer column holds. */
const MAX_CODE = 2_147_483_647;

/**
 * Declares the steps of a pipeline on one row: five status codes each, in the order they run.
 * A number stands for the codes base + 0, 2, 4, 6, 8; existing codes can be named one by one.
 *
 * @throws JobConfigurationError naming the step whose codes are no whole numbers, outside the column's range, used twice, or
 *   not above those of the step before
 * @example
 * static override readonly steps = defineSteps({
 *   download: 10,
 *   parse: 20,
 *   load: { pending: 30, inProgress: 32, failed: 34, succeeded: 36, ignored: 38 },
 * });
 */
export function defineSteps<Name extends string>(
  definition: { readonly [N in Name]: number | Readonly<StepCodes> },
): Steps<Name> {
  if (typeof definition !== "object" || definition === null || Array.isArray(definition)) {
    throw new JobConfigurationError(
      `steps: expected an object such as { download: 10, parse: 20 }, got ${preview(definition)}`,
    );
  }
  const names = Object.keys(definition) as Name[];
  if (names.length === 0)
    throw new JobConfigurationError("steps: at least one step is needed; leave them out for a class without steps");

  const steps: Partial<Record<Name, Readonly<StepCodes>>> = {};
  let highest = Number.NEGATIVE_INFINITY;
  for (const name of names) {
    checkName(name);
    const codes = toCodes(name, definition[name]);
    const values = CODE_NAMES.map((key) => codes[key]);
    if (new Set(values).size < values.length) throw wrong(name, `its codes must differ, got ${values.join(", ")}`);
    if (Math.min(...values) <= highest) {
      throw wrong(name, `its codes must all be above those of the step before (${highest}), got ${values.join(", ")}`);
    }
    highest = Math.max(...values);
    steps[name] = Object.freeze(codes);
  }
  return Object.freeze(steps as Steps<Name>);
}

/** What a class without steps has: one step with the codes of `JobStatus`. */
export const defaultSteps: Steps<"default"> = defineSteps({
  default: {
    pending: JobStatus.Pending,
    inProgress: JobStatus.InProgress,
    failed: JobStatus.Failed,
    succeeded: JobStatus.Succeeded,
    ignored: JobStatus.Ignored,
  },
});

function checkName(name: string): void {
  if (name === "") throw wrong(name, "a step needs a name");
  // JavaScript lists such keys first, whatever order they were written in.
  if (/^\d+$/.test(name)) throw wrong(name, "a name of digits only would change the order of the steps");
}

function toCodes(name: string, given: number | Readonly<StepCodes>): StepCodes {
  if (typeof given !== "number") checkKnown(given, CODE_NAMES, `steps.${name}`);
  const [pending, inProgress, failed, succeeded, ignored] = CODE_NAMES.map((key, index) => {
    const code: unknown = typeof given === "number" ? given + 2 * index : given[key];
    if (Number.isInteger(code) && Math.abs(code as number) <= MAX_CODE) return code as number;
    throw wrong(name, `${key} must be a whole number from ${-MAX_CODE} to ${MAX_CODE}, got ${preview(code)}`);
  }) as [number, number, number, number, number];
  return { pending, inProgress, failed, succeeded, ignored };
}

function wrong(name: string, why: string): JobConfigurationError {
  return new JobConfigurationError(`steps.${name}: ${why}`);
}
