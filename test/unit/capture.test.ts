import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { QueryFailedError } from "typeorm";
import { JobTimeoutError } from "../../src/error/index.js";
import { captureFailure } from "../../src/failure/capture.js";
import type { JobFailure } from "../../src/failure/job-failure.js";

const OPTIONS = { attempt: 2, fence: 7, by: "host:1:worker", captureLimit: 16_384 };

/** What the database will have stored, in bytes: with its own time. */
function storedSize(record: Omit<JobFailure, "at">): number {
  return Buffer.byteLength(JSON.stringify({ ...record, at: new Date().toISOString() }));
}

function capture(thrown: unknown, captureLimit = 16_384) {
  const record = captureFailure(thrown, { ...OPTIONS, captureLimit });
  expect(storedSize(record)).to.be.at.most(captureLimit);
  expect(JSON.stringify(record)).to.not.match(/\\u0000|\\ud[89a-f]/i);
  return record;
}

function raiseHere(message: string, options?: ErrorOptions): Error {
  return new Error(message, options);
}

describe("captureFailure", () => {
  it("records name, message, stack and who", () => {
    const record = capture(raiseHere("boom"));
    expect(record).to.include({ attempt: 2, fence: 7, by: "host:1:worker", error: "Error: boom" });
    expect(record.traceback).to.match(/^Error: boom\n {4}at raiseHere \(/);
    expect(record).to.not.have.any.keys("code", "cause", "at");
  });

  it("keeps the subclass's name where the stack says Error", () => {
    class PaymentError extends Error {}
    const error = new PaymentError("declined");
    error.name = "PaymentError";
    expect(capture(error).traceback).to.match(/^PaymentError: declined\n {4}at /);
  });

  describe("takes anything that is thrown", () => {
    const cyclic: Record<string, unknown> = { a: 1 };
    cyclic.self = cyclic;
    const cases: [string, unknown, string | RegExp][] = [
      ["a string", "boom", "thrown string: boom"],
      ["an empty string", "", "thrown string"],
      ["null", null, "thrown null"],
      ["undefined", undefined, "thrown undefined"],
      ["a number", 42, "thrown number: 42"],
      ["NaN", Number.NaN, "thrown number: NaN"],
      ["a bigint", 1n, "thrown bigint: 1n"],
      ["a symbol", Symbol("s"), "thrown symbol: Symbol(s)"],
      ["a function", function boom() {}, "thrown function: function boom"],
      ["an object", { status: 500 }, "thrown object: { status: 500 }"],
      ["a cyclic object", cyclic, /^thrown object: \{ a: 1, self: \{ a: 1, self: \{…\} \} \}$/],
      ["an object without a prototype", Object.create(null), "thrown object: {}"],
      ["an error of another realm", runInNewContext("new TypeError('far')"), "TypeError: far"],
      [
        "one of another realm without a stack",
        Object.assign(runInNewContext("new TypeError('far')"), { stack: 0 }),
        "TypeError: far",
      ],
      ["a DOMException", new DOMException("stopped", "AbortError"), "AbortError: stopped"],
      ["an error without a message", new RangeError(), "RangeError"],
      ["an error whose name is a number", Object.assign(new TypeError("x"), { name: 5 }), "TypeError: x"],
      [
        "an error whose message is an object",
        Object.assign(new Error(), { message: { a: 1 } }),
        /^Error: \(no readable message: \{ a: 1 \}\)$/,
      ],
      ["something made like an error", { name: "Odd", message: "m", stack: "Odd: m\n    at there (file.js:1:1)" }, "Odd: m"],
    ];
    for (const [what, thrown, error] of cases) {
      it(what, () => {
        const record = capture(thrown);
        if (typeof error === "string") expect(record.error).to.equal(error);
        else expect(record.error).to.match(error);
        expect(record.traceback.startsWith(record.error)).to.equal(true);
        if (!what.endsWith("without a stack")) expect(record.traceback).to.match(/\n {4}at /);
      });
    }

    it("and says so where there was no stack", () => {
      expect(capture("boom").traceback).to.match(
        /^thrown string: boom\n {4}\(no stack was thrown; it was caught here\)\n {4}at capture \(/,
      );
    });

    it("objects and errors whose every property throws", () => {
      const fail = () => {
        throw new Error("trap");
      };
      const traps = { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail };
      expect(capture(new Proxy({}, traps)).error).to.equal("thrown object: object that can't be shown");
      expect(capture(new Proxy(new Error("x"), traps)).error).to.be.a("string");
      expect(capture({ get a() { return fail(); } }).error).to.equal("thrown object: { a: (getter) }"); // biome-ignore format: one line
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      expect(capture(proxy).error).to.equal("thrown object: object that can't be shown");
      const hostile = new Error("x");
      for (const property of ["stack", "name", "message", "cause", "code", "errors", "constructor", "driverError"]) {
        Object.defineProperty(hostile, property, { get: fail });
      }
      expect(capture(hostile).error).to.equal("Error: (no readable message: undefined)");
    });

    it("errors whose properties are of other types", () => {
      const odd = Object.assign(new Error("odd"), { stack: 5, code: {}, cause: 0, errors: "abc" });
      expect(capture(odd).error).to.equal("Error: odd");
      expect(capture(odd).traceback).to.match(/^Error: odd\nCaused by: thrown number: 0/);
    });

    it("NUL characters and half surrogate pairs", () => {
      const record = capture(Object.assign(new Error("a\0b\ud800c"), { name: "N\0" }));
      expect(record.error).to.equal("N\ufffd: a\ufffdb\ufffdc");
      expect(record.traceback).to.match(/^N\ufffd: a\ufffdb\ufffdc\n {4}at /);
    });
  });

  it("takes errors while the process's own formatting of stacks throws", () => {
    const own = Error.prepareStackTrace;
    const error = new Error("boom");
    Error.prepareStackTrace = () => {
      throw new Error("formatting");
    };
    try {
      expect(capture(error).error).to.equal("Error: boom");
      expect(capture("boom").error).to.equal("thrown string: boom");
    } finally {
      Error.prepareStackTrace = own;
    }
  });

  describe("cuts to the limit, and keeps the raise site", () => {
    for (const captureLimit of [1_024, 4_096, 16_384, 1_048_576]) {
      it(`10 MB of message, ${captureLimit} bytes`, () => {
        const record = capture(raiseHere("x".repeat(10_000_000)), captureLimit);
        expect(record.error)
          .to.match(/^Error: x{100}/)
          .and.match(/ … \d+ bytes cut …$/);
        expect(record.traceback).to.match(/\n {4}at raiseHere .*capture\.test/);
      });
      it(`10 MB of characters that JSON escapes, ${captureLimit} bytes`, () => {
        const record = capture(raiseHere('\u0001"\\\n'.repeat(2_500_000)), captureLimit);
        expect(record.traceback).to.match(/\n {4}at raiseHere .*capture\.test/);
      });
      it(`long causes below a long error, ${captureLimit} bytes`, () => {
        const root = raiseHere("r".repeat(1_000_000));
        const middle = raiseHere("m".repeat(1_000_000), { cause: root });
        const record = capture(raiseHere("o".repeat(1_000_000), { cause: middle }), captureLimit);
        expect(record.traceback.match(/at raiseHere .*capture\.test/g)).to.have.length(captureLimit > 1_024 ? 3 : 1);
        expect(record.cause).to.match(/^Error: rrr.* bytes cut …$/);
      });
      it(`thousands of frames, ${captureLimit} bytes`, () => {
        const error = raiseHere("deep");
        const frames = Array.from(
          { length: 20_000 },
          (_, index) => `    at frame${index} (file:///${"d".repeat(60)}/file.js:1:1)`,
        );
        error.stack = `Error: deep\n    at raiseSite (file:///site.js:1:1)\n${frames.join("\n")}`;
        const record = capture(error, captureLimit);
        expect(record.traceback)
          .to.match(/^Error: deep\n {4}at raiseSite .*\n {4}at frame0 /)
          .and.match(/\n {4}… \d+ bytes cut …$/);
        expect(storedSize(record)).to.be.above(captureLimit * 0.8);
      });
    }

    it("the outer errors and the root of a long chain", () => {
      let error = raiseHere("root");
      for (const level of [6, 5, 4, 3, 2, 1]) error = raiseHere(`level ${level}`, { cause: error });
      const record = capture(error, 2_048);
      expect(record.traceback)
        .to.match(/^Error: level 1\n {4}at raiseHere /)
        .and.match(/… \d errors cut …\nCaused by: Error: root\n {4}at raiseHere /);
    });

    it("a long cause gets what a short error leaves", () => {
      const cause = raiseHere("c".repeat(100_000));
      const record = capture(new Error("short", { cause }));
      expect(record.traceback.length).to.be.above(16_384 * 0.6);
      expect(record.traceback).to.match(/c … \d+ bytes cut …\n {4}at raiseHere /);
    });

    it("counts exactly what is missing", () => {
      const record = capture(new Error("é".repeat(100_000)), 1_024);
      const [, shown = "", cut] = record.error.match(/^Error: (é+) … (\d+) bytes cut …$/) ?? [];
      expect(Buffer.byteLength(shown) + Number(cut)).to.equal(200_000);
    });

    it("one frame that is longer than the limit: its start and its end", () => {
      const error = new Error("x");
      error.stack = `Error: x\n    at raiseSite (data:${"u".repeat(100_000)}:12:34)`;
      expect(capture(error, 1_024).traceback).to.match(/\n {4}at raiseSite \(data:u+…u+:12:34\)/);
    });

    it("a long `by` and a long name", () => {
      const error = Object.assign(new Error("x"), { name: "N".repeat(5_000) });
      const record = captureFailure(error, { ...OPTIONS, by: "\u0001".repeat(1_000), captureLimit: 1_024 });
      expect(storedSize(record)).to.be.at.most(1_024);
      expect(record.error).to.equal(`${"N".repeat(64)}: x`);
      expect(record.traceback).to.match(/\n {4}at /);
    });
  });

  describe("finds the frames", () => {
    it("behind a message that contains frames", () => {
      const message = "remote said:\n    at fake (nowhere.js:1:1)\n    at fake2 (nowhere.js:2:1)";
      expect(capture(raiseHere(message)).traceback.startsWith(`Error: ${message}\n    at raiseHere `)).to.equal(true);
    });
    it("where the message was changed after the stack was written", () => {
      const error = raiseHere("first");
      expect(error.stack).to.include("first");
      error.message = "capture"; // also part of the frames' paths
      expect(capture(error).traceback).to.match(/^Error: capture\n {4}at raiseHere/);
    });
    it("where there are none", () => {
      expect(capture(Object.assign(new Error("x"), { stack: "Error: x" })).traceback).to.equal("Error: x");
      expect(capture(Object.assign(new Error("x"), { stack: "Error: x\nsomewhere else" })).traceback).to.equal(
        "Error: x\nsomewhere else",
      );
      expect(capture(Object.assign(new Error("x"), { stack: undefined })).traceback).to.equal("Error: x");
    });
  });

  describe("shows causes and members", () => {
    it("each cause with its own frames, and the root in `cause`", () => {
      const record = capture(raiseHere("outer", { cause: new TypeError("middle", { cause: "root" }) }));
      expect(record.traceback).to.match(
        /^Error: outer\n {4}at raiseHere[\s\S]*\nCaused by: TypeError: middle\n {4}at [\s\S]*\nCaused by: thrown string: root$/,
      );
      expect(record.cause).to.equal("thrown string: root");
    });
    it("a cycle once", () => {
      const first: Error & { cause?: unknown } = new Error("first");
      first.cause = new TypeError("second", { cause: first });
      const record = capture(first);
      expect(record.traceback.match(/Error: first/g)).to.have.length(1);
      expect(record.traceback).to.match(/… caused by the Error above again …$/);
      expect(record.cause).to.equal("TypeError: second");
    });
    it("10,000 causes: the outer ones and the root", () => {
      let error = new Error("root");
      for (let index = 1; index < 10_000; index++) error = new Error(`cause ${index}`, { cause: error });
      const record = capture(error);
      expect(record.cause).to.equal("Error: root");
      expect(record.traceback)
        .to.match(/^Error: cause 9999\n/)
        .and.include("… 9988 causes cut …")
        .and.include("Caused by: Error: root\n");
    });
    it("an endless chain", () => {
      class Endless extends Error {
        override get cause() {
          return new Endless("more");
        }
      }
      expect(capture(new Endless("start")).error).to.equal("Error: start");
    });
    it("members of an AggregateError, with their causes", () => {
      const record = capture(new AggregateError([new TypeError("one", { cause: new Error("why") }), "two"], "both failed"));
      expect(record.error).to.equal("AggregateError: both failed");
      expect(record.traceback).to.match(
        /\nMember 1 of 2: TypeError: one\n {4}at [\s\S]*\nCaused by: Error: why\n {4}at [\s\S]*\nMember 2 of 2: thrown string: two/,
      );
    });
    it("ten of 10,000 members, and nested ones not for ever", () => {
      const many = capture(
        new AggregateError(
          Array.from({ length: 10_000 }, (_, index) => new Error(`m${index}`)),
          "many",
        ),
        1_048_576,
      );
      expect(many.traceback)
        .to.include("Member 10 of 10000: Error: m9\n")
        .and.include("… 9990 members cut …")
        .and.not.include("m10\n");
      const self = new AggregateError([], "self");
      for (let index = 0; index < 10; index++) self.errors.push(self);
      expect(capture(self).traceback).to.include("members cut");
    });
    it("no `errors` that are no errors", () => {
      const record = capture(Object.assign(new Error("invalid"), { errors: [{ field: "password", value: "secret" }] }));
      expect(record.traceback).to.not.include("secret");
    });
  });

  describe("code", () => {
    const withCode = (code: unknown) => capture(Object.assign(new Error("x"), { code })).code;
    it("of the error", () => {
      expect(withCode("ECONNREFUSED")).to.equal("ECONNREFUSED");
      expect(capture(new JobTimeoutError({ timeout: 5 })).code).to.equal("JOB_TIMEOUT");
    });
    it("of the driver's error, and no parameters of the query", () => {
      const driverError = Object.assign(new Error("duplicate key"), { code: "23505", detail: "Key (email)=(secret)" });
      const error = new QueryFailedError("INSERT INTO users VALUES ($1)", ["secret"], driverError);
      expect(capture(error)).to.include({ code: "23505", error: "QueryFailedError: duplicate key" });
      expect(capture(Object.assign(new Error("query failed"), { driverError })).code).to.equal("23505");
      expect(JSON.stringify(capture(error))).to.not.include("secret");
    });
    it("only where it is short plain text", () => {
      for (const code of [20, "", " ", "x".repeat(65), "a\nb", "a\0", "\ud800", null, {}])
        expect(withCode(code)).to.equal(undefined);
      expect(withCode("x".repeat(64))).to.have.length(64);
    });
  });

  describe("redact", () => {
    const redacted = (
      redact: (record: JobFailure) => JobFailure,
      thrown: unknown = new TypeError("secret", { cause: new Error("secret") }),
    ) => captureFailure(thrown, { ...OPTIONS, redact });
    const REDUCED = { attempt: 2, fence: 7, by: "host:1:worker", error: "TypeError" };

    it("sees the record and changes it", () => {
      let seen: JobFailure | undefined;
      const record = redacted((given) => {
        seen = { ...given };
        return { ...given, error: "E", traceback: "T", cause: "C", code: "X", by: null, fence: 99, attempt: 99 };
      });
      expect(seen).to.include({ error: "TypeError: secret", cause: "Error: secret", fence: 7 });
      expect(new Date(seen?.at ?? "").toISOString()).to.equal(seen?.at);
      expect(record).to.deep.equal({ attempt: 2, fence: 7, by: null, error: "E", traceback: "T", code: "X", cause: "C" });
    });
    it("is cut and made storable again", () => {
      const record = redacted((given) => ({
        ...given,
        error: "\0".repeat(99_999),
        traceback: '"'.repeat(99_999),
        cause: "c".repeat(9_999),
      }));
      expect(storedSize(record)).to.be.at.most(16_384);
      expect(JSON.stringify(record)).to.not.include("\\u0000");
    });
    it("leaves only the name when it throws", () => {
      const record = redacted(() => {
        throw new Error("secret");
      });
      expect(record).to.deep.equal({ ...REDUCED, traceback: "TypeError\n    (nothing more was stored: policy.redact threw)" });
    });
    it("leaves only the name when it gives something else", () => {
      const hostile = { get error() { throw new Error("secret"); } }; // biome-ignore format: one line
      for (const answer of [
        undefined,
        null,
        "secret",
        1,
        {},
        { error: "secret" },
        { error: 1, traceback: "x" },
        Promise.resolve(),
        hostile,
      ]) {
        const record = redacted(() => answer as unknown as JobFailure);
        expect(record).to.include(REDUCED);
        expect(JSON.stringify(record)).to.not.include("secret");
      }
    });
  });
});
