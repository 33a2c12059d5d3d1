import { expect } from "chai";
import { InvalidOptionError } from "../../src/error/index.js";
import { MAX_DURATION, parseDuration } from "../../src/util/duration.js";

describe("parseDuration", () => {
  const good: [unknown, number][] = [
    [0, 0],
    [1_500, 1_500],
    [0.4, 0],
    [1.6, 2],
    ["0", 0],
    ["250", 250],
    ["250ms", 250],
    ["60s", 60_000],
    ["15m", 900_000],
    ["1.5 hours", 5_400_000],
    ["7d", 604_800_000],
    ["100y", MAX_DURATION],
    [MAX_DURATION, MAX_DURATION],
  ];
  for (const [given, milliseconds] of good) {
    it(`reads ${JSON.stringify(given)}`, () => expect(parseDuration("delay", given)).to.equal(milliseconds));
  }

  const bad: unknown[] = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    "-1s",
    "",
    " ",
    "abc",
    "5 parsecs",
    "Infinity",
    "1s".padStart(200, "0"),
    null,
    undefined,
    {},
    [],
    [5],
    true,
    5n,
    new Date(),
    { valueOf: () => 5 },
    "101y",
    MAX_DURATION + 1,
    Number.MAX_VALUE,
  ];
  for (const given of bad) {
    it(`refuses ${typeof given === "bigint" ? "5n" : (JSON.stringify(given) ?? "undefined")} (${typeof given})`, () => {
      expect(() => parseDuration("delay", given)).to.throw(InvalidOptionError, /^delay: expected a duration/);
    });
  }

  it("obeys its limits, and names them", () => {
    expect(parseDuration("expire", 100, { min: 100, max: 200 })).to.equal(100);
    expect(parseDuration("expire", 200, { min: 100, max: 200 })).to.equal(200);
    expect(() => parseDuration("expire", 99, { min: 100 })).to.throw(
      InvalidOptionError,
      'expire: expected a duration of at least 100 ms (milliseconds or text like "15m"), got 99',
    );
    expect(() => parseDuration("expire", "201ms", { min: 100, max: 200 })).to.throw(
      InvalidOptionError,
      'a duration of at least 100 ms and at most 200 ms (milliseconds or text like "15m"), got "201ms"',
    );
  });
});
