import { expect } from "chai";
import {
  JobAbandonedError,
  JobCancelledError,
  JobLockExpiredError,
  JobLockLostError,
  JobShutdownError,
  JobTimeoutError,
} from "../../src/error/index.js";
import { REASON, reasonOf } from "../../src/failure/reason.js";

describe("reasonOf", () => {
  const cases: [string, unknown, string][] = [
    ["an error with a code", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    ["an error with a driver's code", Object.assign(new Error("x"), { driverError: { code: "23505" } }), "23505"],
    ["an error without", new TypeError("x"), "TypeError"],
    ["a code that is a number", new DOMException("x", "AbortError"), "AbortError"],
    ["a code that is a sentence too long", Object.assign(new Error("x"), { code: "x".repeat(65) }), "Error"],
    ["a name that is too long", Object.assign(new Error("x"), { name: "😀".repeat(100) }), "😀".repeat(64)],
    ["a name that can't be stored", Object.assign(new Error("x"), { name: "a\0\ud800" }), "a\ufffd\ufffd"],
    ["an empty name", Object.assign(new RangeError("x"), { name: " " }), "RangeError"],
    ["a string", "boom", "thrown string"],
    ["null", null, "thrown null"],
    ["undefined", undefined, "thrown undefined"],
    ["an object with a code", { code: "E1" }, "E1"],
    ["an end of time", new JobTimeoutError({ timeout: 5 }), REASON.timeout],
    ["a lock that expired", new JobLockExpiredError(), "lock_expired"],
    ["a block left", new JobAbandonedError(), REASON.abandoned],
    ["a cancel", new JobCancelledError(), REASON.cancelled],
    ["a lost lock", new JobLockLostError(), "JOB_LOCK_LOST"],
    ["a shutdown", new JobShutdownError(), "JOB_SHUTDOWN"],
  ];
  for (const [what, thrown, reason] of cases)
    it(`${what}: ${reason.slice(0, 20)}`, () => expect(reasonOf(thrown)).to.equal(reason));

  it("reads hostile errors", () => {
    const fail = () => {
      throw new Error("trap");
    };
    const traps = { get: fail, getPrototypeOf: fail };
    expect(reasonOf(new Proxy({}, traps))).to.equal("thrown object");
  });

  it("knows the reasons that the library gives", () => {
    expect(Object.values(REASON)).to.have.members([
      "exhausted",
      "ignored",
      "cancelled",
      "skipped",
      "abandoned",
      "timeout",
      "lock_expired",
    ]);
  });
});
