import { expect } from "chai";
import { InvalidOptionError, JobConfigurationError } from "../../src/error/index.js";
import { JOB_KINDS, type JobKind, JobStatus } from "../../src/status/job-status.js";
import { StatusMap } from "../../src/status/status-map.js";
import { defaultSteps, defineSteps } from "../../src/status/steps.js";

describe("StatusMap", () => {
  const map = new StatusMap(defineSteps({ download: 10, parse: 20, load: 30 }));
  const plain = new StatusMap(defaultSteps);

  it("links the steps in order", () => {
    const [download, parse, load] = map.steps;
    expect(map.steps.map(({ name, index }) => [name, index])).to.deep.equal([["download", 0], ["parse", 1], ["load", 2]]); // biome-ignore format: one line
    expect(download?.previous).to.equal(undefined);
    expect(download?.next).to.equal(parse);
    expect(parse?.previous).to.equal(download);
    expect(parse?.next).to.equal(load);
    expect(load?.next).to.equal(undefined);
    expect(Object.isFrozen(map.steps) && Object.isFrozen(parse) && Object.isFrozen(parse?.codes)).to.equal(true);
  });

  it("translates codes", () => {
    expect(map.kindOf(20)).to.equal("pending");
    expect(map.kindOf(32)).to.equal("in_progress");
    expect(map.stepOf(32)?.name).to.equal("load");
    expect(map.kindOf(11)).to.equal(undefined);
    expect(map.stepOf(11)).to.equal(undefined);
    expect(map.codes).to.deep.equal([10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38]);
  });

  it("has the codes of JobStatus for a class without steps", () => {
    expect(plain.codes).to.deep.equal(Object.values(JobStatus));
    expect(JOB_KINDS.map((kind) => plain.steps[0]?.codes[kind])).to.deep.equal(Object.values(JobStatus));
    expect(plain.kindOf(JobStatus.InProgress)).to.equal("in_progress");
  });

  it("finds a step by name", () => {
    expect(map.step("parse").index).to.equal(1);
    expect(() => map.step("prase")).to.throw(
      InvalidOptionError,
      'step: expected one of download, parse, load (did you mean "parse"?)',
    );
    expect(() => map.step("toString")).to.throw(InvalidOptionError);
    expect(() => map.step(5 as unknown as string, "startableFrom")).to.throw(InvalidOptionError, /^startableFrom:.*got 5/);
  });

  describe("codesOf", () => {
    it("gives the codes of kinds, in all steps or in one", () => {
      expect(map.codesOf("failed")).to.deep.equal([14, 24, 34]);
      expect(map.codesOf("failed", "parse")).to.deep.equal([24]);
      expect(map.codesOf(["succeeded", "pending"], "download")).to.deep.equal([10, 16]);
      expect(plain.codesOf("ignored")).to.deep.equal([50]);
    });
    it("passes own codes, and gives each once", () => {
      expect(map.codesOf(14)).to.deep.equal([14]);
      expect(map.codesOf([14, "failed", "failed", 10])).to.deep.equal([10, 14, 24, 34]);
    });
    it("refuses everything else, and names what is known", () => {
      for (const wrong of [11, Number.NaN, "Failed", "14", null, undefined, {}, [11], [[14]], "constructor"]) {
        expect(() => map.codesOf(wrong as JobKind)).to.throw(
          InvalidOptionError,
          /^status: expected one of pending, in_progress,.* 38/,
        );
      }
      expect(() => map.codesOf("fialed" as JobKind)).to.throw(InvalidOptionError, 'did you mean "failed"?');
      expect(() => map.codesOf([])).to.throw(InvalidOptionError, "at least one");
      expect(() => map.codesOf("failed", "prase")).to.throw(InvalidOptionError, /^step:/);
      expect(() => map.codesOf(14, "parse")).to.throw(InvalidOptionError, /20, 22, 24, 26, 28, got 14|got 14/);
      expect(() => map.codesOf(11, undefined, "startableFrom")).to.throw(InvalidOptionError, /^startableFrom:/);
    });
  });

  it("refuses steps that were written by hand and can't be used", () => {
    const overlapping = { a: { pending: 1, inProgress: 2, failed: 3, succeeded: 4, ignored: 4 } };
    expect(() => new StatusMap(overlapping)).to.throw(JobConfigurationError);
  });
});
