import { expect } from "chai";
import { InvalidOptionError } from "../../src/error/index.js";
import type { JobPolicy } from "../../src/policy/job-policy.js";
import { resolvePolicy } from "../../src/policy/resolve-policy.js";

const DEFAULTS = {
  expire: 60_000,
  heartbeat: 20_000,
  maxAttempts: 3,
  backoff: { initial: 1_000, factor: 2, max: 3_600_000, jitter: 0.2 },
  timeout: null,
  timeoutGrace: 5_000,
  maxErrors: 10,
  captureLimit: 16_384,
  redact: undefined,
};

function refused(policy: unknown): InvalidOptionError {
  try {
    resolvePolicy(policy as JobPolicy, "IngestJob.policy");
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidOptionError);
    return error as InvalidOptionError;
  }
  throw new Error("it was accepted");
}

describe("resolvePolicy", () => {
  it("fills in the defaults", () => {
    expect(resolvePolicy(undefined, "p")).to.deep.equal(DEFAULTS);
    expect(resolvePolicy({}, "p")).to.deep.equal(DEFAULTS);
    expect(resolvePolicy({ expire: undefined, backoff: undefined, redact: undefined }, "p")).to.deep.equal(DEFAULTS);
    expect(resolvePolicy({ backoff: { factor: undefined, jitter: 0 } }, "p").backoff).to.deep.equal({
      ...DEFAULTS.backoff,
      jitter: 0,
    });
  });

  it("reads durations as milliseconds", () => {
    const redact: JobPolicy["redact"] = (record) => record;
    const given: JobPolicy = {
      expire: "5m",
      heartbeat: 1_000,
      maxAttempts: 1,
      backoff: { initial: 0, factor: 1, max: "2h", jitter: 1 },
      timeout: "1h",
      timeoutGrace: 0,
      maxErrors: 1_000,
      captureLimit: 1_024,
      redact,
    };
    expect(resolvePolicy(given, "p")).to.deep.equal({
      ...given,
      expire: 300_000,
      backoff: { initial: 0, factor: 1, max: 7_200_000, jitter: 1 },
      timeout: 3_600_000,
    });
    expect(resolvePolicy({ expire: 100 }, "p").heartbeat).to.equal(33);
    expect(resolvePolicy({ timeout: null }, "p").timeout).to.equal(null);
  });

  it("gives each class its own, and nobody can change it", () => {
    const policy = resolvePolicy({}, "p");
    expect(Object.isFrozen(policy)).to.equal(true);
    expect(Object.isFrozen(policy.backoff)).to.equal(true);
    expect(resolvePolicy({ backoff: { factor: 5 } }, "p").backoff.factor).to.equal(5);
    expect(resolvePolicy({}, "p").backoff.factor).to.equal(2);
  });

  const wrong: [string, unknown[]][] = [
    ["expire", ["abc", 99, 0, null, "25d", Number.NaN, {}]],
    ["heartbeat", [9, null, "abc", 60_000, "2m"]],
    ["maxAttempts", [0, -1, 1.5, "3", null, Number.POSITIVE_INFINITY, 2_147_483_648]],
    ["timeout", [0, "", false, "25d"]],
    ["timeoutGrace", [-1, null, "25d"]],
    ["maxErrors", [0, 1_001, "10", null]],
    ["captureLimit", [1_023, 1_048_577, 2_000.5, "16kB", null]],
    ["redact", ["x", null, {}]],
    ["backoff.initial", [-1, "abc", null]],
    ["backoff.factor", [0.5, Number.NaN, Number.POSITIVE_INFINITY, "2", null]],
    ["backoff.max", ["abc", 999, null]],
    ["backoff.jitter", [-0.1, 1.1, "0.2", Number.NaN, null]],
  ];
  for (const [option, values] of wrong) {
    const [first = "", second] = option.split(".");
    for (const value of values) {
      it(`refuses ${option} ${JSON.stringify(value)} (${typeof value})`, () => {
        const error = refused({ [first]: second === undefined ? value : { [second]: value } });
        expect(error.option).to.equal(`IngestJob.policy.${option}`);
        expect(error.expected).to.match(/^a (duration|number|whole number|function)/);
        expect(error.got).to.deep.equal(value);
      });
    }
  }

  it("says what would be right", () => {
    expect(refused({ expire: "abc" }).message).to.equal(
      'IngestJob.policy.expire: expected a duration of at least 100 ms and at most 2147483647 ms (milliseconds or text like "15m"), got "abc"',
    );
    expect(refused({ expire: "1s", heartbeat: "1s" }).message).to.include("heartbeat: expected a duration and at most 999 ms");
    expect(refused({ backoff: { initial: "2h" } }).message).to.include(
      "backoff.max: expected a duration of at least 7200000 ms",
    );
  });

  it("refuses unknown names, nested ones too, with the nearest", () => {
    expect(refused({ expires: 1 }).message).to.match(/^IngestJob\.policy: .*did you mean "expire"\?\), got "expires"/);
    expect(refused({ backoff: { inital: 1 } }).message).to.match(/^IngestJob\.policy\.backoff: .*did you mean "initial"/);
    expect(refused({ retries: 1 }).message).to.include("maxAttempts");
  });

  it("refuses what is no object", () => {
    for (const policy of [null, "60s", 5, []]) expect(refused(policy).option).to.equal("IngestJob.policy");
    for (const backoff of [null, "1s", 5, []]) expect(refused({ backoff }).option).to.equal("IngestJob.policy.backoff");
  });
});
