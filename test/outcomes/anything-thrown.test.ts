import { expect } from "chai";
import { QueryFailedError } from "typeorm";
import { JobStatus } from "../../src/index.js";
import { type RawRow, useJobs } from "./use-jobs.js";

/** Prints itself when an error asks it to. */
class Hostile extends Error {
  override get message(): string {
    throw new Error("no message for you");
  }
  override get stack(): string {
    throw new Error("no stack for you");
  }
}

function cyclic(): object {
  const object: Record<string, unknown> = { name: "loop" };
  object.self = object;
  return object;
}

function cyclicCause(): Error {
  const error = new Error("outer");
  error.cause = new Error("inner", { cause: error });
  return error;
}

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const thrown: [string, unknown, RegExp][] = [
  ["a string", "boom", /^thrown string: boom$/],
  ["null", null, /^thrown null$/],
  ["undefined", undefined, /^thrown undefined$/],
  ["a number", 42, /^thrown number: 42$/],
  ["a symbol", Symbol("s"), /^thrown symbol/],
  ["a bigint", 7n, /^thrown bigint/],
  ["a cyclic object", cyclic(), /^thrown object/],
  ["a cyclic chain of causes", cyclicCause(), /^Error: outer$/],
  ["an error whose getters throw", new Hostile(), /^Hostile|^Error/],
  ["a revoked proxy", revoked.proxy, /./],
  ["NUL bytes and lone surrogates", new Error("a\0b\ud800c"), /^Error: a\ufffdb\ufffdc$/],
  ["10 MB of message", new Error("x".repeat(10 << 20)), /^Error: xxx/],
  ["a function", () => 1, /^thrown function/],
  ["an AggregateError", new AggregateError([new TypeError("one"), "two"], "all"), /^AggregateError: all$/],
];

describe("anything may be thrown", () => {
  const test = useJobs("thrown");

  for (const [what, value, error] of thrown) {
    it(`${what}: recorded once, counted, and rethrown as it is`, async () => {
      const [caught, row] = await run(value);
      expect(Object.is(caught, value)).to.equal(true);
      expect(row).to.include({ status: JobStatus.Failed, retry: 1, lock: null });
      expect(row.errors).to.have.length(1);
      expect(row.errors[0]!.error).to.match(error);
      expect(row.errors[0]!.traceback).to.be.a("string").and.not.equal("");
      expect(Buffer.byteLength(JSON.stringify(row.errors[0]))).to.be.at.most(16_384);
      expect(row.reason).to.be.a("string").and.have.length.within(1, 64);
    });
  }

  it("what was thrown to fail() is recorded in the same way", async () => {
    for (const [, value, error] of thrown) {
      const id = await test.pending();
      const job = await test.jobs.start(id);
      await job.fail(value);
      expect((await test.row(id)).errors[0]!.error).to.match(error);
    }
  });

  it("keeps the raise site of a huge error, and the members of an AggregateError", async () => {
    const [, huge] = await run(new Error("x".repeat(10 << 20)));
    expect(huge.errors[0]!.traceback).to.match(/\n {4}at .*anything-thrown\.test/);
    const [, all] = await run(new AggregateError([new TypeError("one"), "two"], "all"));
    expect(all.errors[0]!.traceback)
      .to.include("Member 1 of 2: TypeError: one")
      .and.include("Member 2 of 2: thrown string: two");
  });

  it("never stores the parameters of a failed query, nor its text", async () => {
    const id = await test.pending();
    const query = () => test.source.query("SELECT 1 / ($1 - 1), $2::text AS word", [1, "secret-parameter"]);
    const caught: unknown = await test.jobs.run(id, query).catch((error: unknown) => error);
    expect(caught).to.be.instanceOf(QueryFailedError);
    expect((caught as QueryFailedError).parameters).to.include("secret-parameter");
    const row = await test.row(id);
    expect(row.errors[0]).to.include({ error: "QueryFailedError: division by zero", code: "22012" });
    expect(row.reason).to.equal("22012");
    const stored = JSON.stringify(row.errors);
    expect(stored).not.to.include("secret-parameter");
    expect(stored).not.to.include("AS word");
  });

  async function run(value: unknown): Promise<[unknown, RawRow]> {
    const id = await test.pending();
    const work = () => {
      throw value;
    };
    // In a list: a promise that resolved to a revoked proxy would look for its `then`.
    const [caught] = await test.jobs.run(id, work).then(
      () => [new Error("it resolved")],
      (error: unknown) => [error],
    );
    return [caught, await test.row(id)];
  }
});
