import { expect } from "chai";
import { JobConfigurationError, JobError } from "../../src/error/index.js";
import { defaultSteps, defineSteps, type Steps } from "../../src/status/steps.js";

const LOAD = { pending: 30, inProgress: 32, failed: 34, succeeded: 36, ignored: 38 };

describe("defineSteps", () => {
  it("reads numbers as base + 0, 2, 4, 6, 8, and codes as they are", () => {
    const steps = defineSteps({ download: 10, load: LOAD });
    expect(steps.download).to.deep.equal({ pending: 10, inProgress: 12, failed: 14, succeeded: 16, ignored: 18 });
    expect(steps.load).to.deep.equal(LOAD);
  });

  it("keeps names and their order, frozen, and not the caller's objects", () => {
    const load = { ...LOAD };
    const steps = defineSteps({ zeta: 10, alpha: 20, load });
    expect(Object.keys(steps)).to.deep.equal(["zeta", "alpha", "load"]);
    expect(Object.isFrozen(steps) && Object.isFrozen(steps.load)).to.equal(true);
    load.pending = 99;
    expect(steps.load.pending).to.equal(30);
    const names: ("zeta" | "alpha" | "load")[] = Object.keys(steps) as (keyof typeof steps)[];
    const anySteps: Steps = steps;
    expect(names.map((name) => anySteps[name]?.pending)).to.deep.equal([10, 20, 30]);
  });

  it("takes codes of an old table: any order within a step, negative ones", () => {
    expect(defineSteps({ only: { pending: 0, inProgress: 1, failed: -1, succeeded: 2, ignored: 99 } }).only.failed).to.equal(
      -1,
    );
    expect(defineSteps({ low: -2_147_483_647, high: 2_147_483_639 }).high.ignored).to.equal(2_147_483_647);
  });

  it("takes what it made", () => {
    const steps = defineSteps({ download: 10, load: LOAD });
    expect(defineSteps(steps)).to.deep.equal(steps);
  });

  const wrong: [string, unknown, RegExp][] = [
    ["no steps", {}, /at least one step/],
    ["null", null, /expected an object/],
    ["a list", [10, 20], /expected an object/],
    ["fractions", { a: 1.5 }, /steps\.a: pending must be a whole number/],
    ["text", { a: "10" }, /steps\.a/],
    ["NaN", { a: Number.NaN }, /steps\.a/],
    ["null for a step", { a: null }, /steps\.a/],
    ["codes outside the column's range", { a: 2_147_483_640 }, /steps\.a: ignored must be/],
    ["a missing code", { a: { ...LOAD, failed: undefined } }, /steps\.a: failed must be a whole number.*got undefined/],
    ["an unknown code", { a: { ...LOAD, succeded: 5 } }, /steps\.a: .*did you mean "succeeded"/],
    ["a code twice in a step", { a: { ...LOAD, failed: 30 } }, /steps\.a: its codes must differ/],
    ["overlapping steps", { a: 10, b: 18 }, /steps\.b: its codes must all be above those of the step before \(18\)/],
    ["interleaved steps", { a: 10, b: 13 }, /steps\.b/],
    ["steps that don't rise", { b: 20, a: 10 }, /steps\.a/],
    ["one code that doesn't rise", { a: 10, b: { ...LOAD, ignored: 17 } }, /steps\.b/],
    ["names of digits", { b: 10, "1": 20 }, /steps\.1: a name of digits/],
    ["an empty name", { "": 10 }, /needs a name/],
  ];
  for (const [what, definition, message] of wrong) {
    it(`refuses ${what}`, () => expect(() => defineSteps(definition as Record<string, number>)).to.throw(JobError, message));
  }

  it("refuses with a configuration error", () => {
    expect(() => defineSteps({ a: 10, b: 12 })).to.throw(JobConfigurationError);
  });
});

describe("defaultSteps", () => {
  it("is one step with the codes of JobStatus", () => {
    expect(defaultSteps).to.deep.equal({ default: { pending: 10, inProgress: 20, failed: 30, succeeded: 40, ignored: 50 } });
  });
});
