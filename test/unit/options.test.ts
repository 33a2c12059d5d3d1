import { expect } from "chai";
import { InvalidOptionError } from "../../src/error/index.js";
import { nearest } from "../../src/util/nearest.js";
import { checkKnown } from "../../src/util/options.js";

describe("checkKnown", () => {
  const known = ["expire", "step"];

  it("accepts known names, or none", () => {
    checkKnown({}, known, "options");
    checkKnown({ expire: 1, step: undefined }, known, "options");
    checkKnown(Object.assign(Object.create(null), { step: 1 }), known, "options");
  });

  it("refuses unknown names, and names the nearest", () => {
    expect(() => checkKnown({ expires: 1 }, known, "start options")).to.throw(
      InvalidOptionError,
      /^start options: .*did you mean "expire"/,
    );
    expect(() => checkKnown({ toString: 1 }, known, "options")).to.throw(InvalidOptionError, 'got "toString"');
    expect(() => checkKnown({ [Symbol("x")]: 1 }, known, "options")).to.throw(InvalidOptionError, "got Symbol(x)");
  });

  for (const given of [null, undefined, 5, "expire", [], () => 1]) {
    it(`refuses ${typeof given} ${given === null ? "null" : ""} instead of an object`, () => {
      expect(() => checkKnown(given as unknown as object, known, "options")).to.throw(
        InvalidOptionError,
        /^options: expected an object/,
      );
    });
  }
});

describe("nearest", () => {
  const known = ["expire", "heartbeat", "maxAttempts", "max"];
  it("finds what was mistyped", () => {
    expect(nearest("expires", known)).to.equal("expire");
    expect(nearest("exprie", known)).to.equal("expire");
    expect(nearest("MAXATTEMPTS", known)).to.equal("maxAttempts");
    expect(nearest("heartBeats", known)).to.equal("heartbeat");
  });
  it("finds nothing where nothing is near", () => {
    expect(nearest("backoff", known)).to.equal(undefined);
    expect(nearest("", known)).to.equal(undefined);
    expect(nearest("abc", ["xyz"])).to.equal(undefined);
    expect(nearest("x".repeat(1_000_000), known)).to.equal(undefined);
    expect(nearest("expire", [])).to.equal(undefined);
  });
});
