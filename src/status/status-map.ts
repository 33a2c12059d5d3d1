import { InvalidOptionError } from "../error/invalid-option-error.js";
import { asList } from "../util/as-list.js";
import { JOB_KINDS, type JobKind } from "./job-status.js";
import { defineSteps, type Steps } from "./steps.js";

/** One step of a class. A class without steps has one, named `default`. */
export interface Step {
  readonly name: string;
  /** 0 for the first. */
  readonly index: number;
  readonly codes: Readonly<Record<JobKind, number>>;
  readonly previous?: Step;
  readonly next?: Step;
}

/** Kinds (in all steps, or the one named beside them) and own codes of the class, alone or mixed. */
export type StatusSelector = JobKind | number | readonly (JobKind | number)[];

/** Translates between the codes in the `status` column and what the API speaks: kinds and steps. One per job class. */
export class StatusMap {
  /** In the order they run. */
  readonly steps: readonly Step[];
  /** All codes of all steps, rising. */
  readonly codes: readonly number[];
  readonly #byCode = new Map<number, { kind: JobKind; step: Step }>();

  /** @throws JobConfigurationError when the steps were written by hand instead of by `defineSteps` and can't be used */
  constructor(steps: Steps) {
    this.steps = linkSteps(defineSteps(steps));
    for (const step of this.steps) {
      for (const kind of JOB_KINDS) this.#byCode.set(step.codes[kind], { kind, step });
    }
    this.codes = Object.freeze(rising(this.#byCode.keys()));
  }

  kindOf(code: number): JobKind | undefined {
    return this.#byCode.get(code)?.kind;
  }

  stepOf(code: number): Step | undefined {
    return this.#byCode.get(code)?.step;
  }

  /** @throws InvalidOptionError with the nearest known name */
  step(name: string, option = "step"): Step {
    const found = this.steps.find((step) => step.name === name);
    if (found) return found;
    throw InvalidOptionError.unknown(
      name,
      this.steps.map((step) => step.name),
      option,
    );
  }

  /**
   * The codes that kinds and codes stand for, rising and each once: kinds in all steps, or in the one named.
   *
   * @throws InvalidOptionError for a name or number that the class (or the named step) doesn't have, and for an empty list
   * @example map.codesOf(["failed", 18], "download")   // [14, 18]
   */
  codesOf(selector: StatusSelector, stepName?: string, option = "status"): number[] {
    const steps = stepName === undefined ? this.steps : [this.step(stepName)];
    const wanted = asList(selector);
    if (wanted.length === 0) throw new InvalidOptionError(option, "at least one kind or code", selector);
    return rising(new Set(wanted.flatMap((kindOrCode) => codesOfOne(kindOrCode, steps, option))));
  }
}

function codesOfOne(wanted: JobKind | number, steps: readonly Step[], option: string): number[] {
  if (typeof wanted === "string" && JOB_KINDS.includes(wanted)) return steps.map((step) => step.codes[wanted]);
  const own = steps.flatMap((step) => Object.values(step.codes));
  if (typeof wanted === "number" && own.includes(wanted)) return [wanted];
  throw InvalidOptionError.unknown(wanted, [...JOB_KINDS, ...own.map(String)], option);
}

function linkSteps(steps: Steps): readonly Step[] {
  const linked = Object.entries(steps).map(([name, codes], index) => ({
    name,
    index,
    codes: Object.freeze({
      pending: codes.pending,
      in_progress: codes.inProgress,
      failed: codes.failed,
      succeeded: codes.succeeded,
      ignored: codes.ignored,
    }),
    previous: undefined as Step | undefined,
    next: undefined as Step | undefined,
  }));
  linked.forEach((step, index) => {
    step.previous = linked[index - 1];
    step.next = linked[index + 1];
    Object.freeze(step);
  });
  return Object.freeze(linked);
}

function rising(codes: Iterable<number>): number[] {
  return [...codes].sort((a, b) => a - b);
}
