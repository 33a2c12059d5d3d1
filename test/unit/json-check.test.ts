import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { InvalidDataError } from "../../src/error/index.js";
import { checkJson } from "../../src/util/json-check.js";

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function refused(value: unknown): InvalidDataError {
  try {
    checkJson(value, "data");
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidDataError);
    return error as InvalidDataError;
  }
  throw new Error("it was accepted");
}

describe("checkJson accepts what comes back equal", () => {
  const cases: [string, unknown][] = [
    ["text, also of other scripts", "é一😀\u0001\n"],
    ["numbers", [0, -1.5, Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER + 2]],
    ["booleans and null", [true, false, null]],
    ["empty documents", [{}, [], ""]],
    ["odd keys", { "": 1, "a b": 2, "1": 3, constructor: 4, length: 5, toString: 6 }],
    ["an own __proto__ property", JSON.parse('{"__proto__": {"admin": true}, "a": 1}')],
    ["frozen documents", Object.freeze({ a: Object.freeze([1]) })],
    ["the same object twice", ((shared) => ({ a: shared, b: shared }))({ x: 1 })],
    ["1,000 levels", nested(1_000)],
    ["1 MB", { text: "é".repeat(500_000), list: Array.from({ length: 10_000 }, (_, id) => ({ id })) }],
  ];
  for (const [what, value] of cases) {
    it(what, () => {
      checkJson(value, "data");
      expect(JSON.parse(JSON.stringify(value))).to.deep.equal(value);
    });
  }

  it("own __proto__ properties, which stay own and change no prototype", () => {
    const value = JSON.parse('{"__proto__": {"admin": true}}');
    checkJson(value, "data");
    const back = JSON.parse(JSON.stringify(value));
    expect(Object.keys(back)).to.deep.equal(["__proto__"]);
    expect(Object.getPrototypeOf(back)).to.equal(Object.prototype);
    expect(refused(JSON.parse('{"__proto__": {"a": "\\u0000"}}')).path).to.equal("data.__proto__.a");
  });

  it("properties that are undefined, -0, and objects of no or another realm", () => {
    checkJson({ a: undefined, b: -0 }, "data");
    checkJson(Object.assign(Object.create(null), { a: 1 }), "data");
    checkJson(runInNewContext("({ a: [1, { b: 2 }] })"), "data");
  });
});

describe("checkJson refuses, with the path", () => {
  class Point {
    x = 1;
  }
  class Money {
    toJSON() {
      return "5 EUR";
    }
  }
  const cyclic: Record<string, unknown> = { list: [] };
  (cyclic.list as unknown[]).push(1, { back: cyclic });
  const withProperty = Object.assign([1, 2], { index: 0 });
  const throwing = { get bad() { throw new Error("trap"); } }; // biome-ignore format: one line

  const cases: [string, unknown, string, RegExp][] = [
    ["undefined itself", undefined, "data", /undefined/],
    ["undefined in a list", { a: [1, undefined] }, "data.a[1]", /undefined.*null/],
    ["a hole", { a: Object.assign(new Array(2), { 0: 1 }) }, "data.a[1]", /undefined/],
    ["a date", { items: [0, 1, 2, { when: new Date() }] }, "data.items[3].when", /Date.*toISOString/],
    ["an invalid date", new Date(Number.NaN), "data", /Date/],
    ["a bigint", { "odd key": 5n }, 'data["odd key"]', /bigint.*text/],
    ["NaN", [[Number.NaN]], "data[0][0]", /NaN/],
    ["Infinity", { a: Number.NEGATIVE_INFINITY }, "data.a", /-Infinity/],
    ["a function", { a: () => 1 }, "data.a", /function/],
    ["a method named toJSON", { a: { toJSON: () => 1 } }, "data.a.toJSON", /function/],
    ["a symbol", [Symbol("s")], "data[0]", /symbol/],
    ["a symbol as key", { a: { [Symbol("s")]: 1 } }, "data.a", /Symbol\(s\)/],
    ["a symbol as key of a list", Object.assign([1], { [Symbol("s")]: 1 }), "data", /Symbol\(s\)/],
    ["a property of a list", { a: withProperty }, "data.a", /"index"/],
    ["a match of a regular expression", { a: "abc".match(/b/) }, "data.a", /"index"/],
    ["a Map", { a: new Map() }, "data.a", /Map.*fromEntries/],
    ["a Set", { a: new Set() }, "data.a", /Set/],
    ["a Buffer", { a: Buffer.from("x") }, "data.a", /base64/],
    ["an instance", { a: new Point() }, "data.a", /Point \{ x: 1 \}/],
    ["an instance with toJSON", { a: new Money() }, "data.a", /Money.*toJSON/],
    ["an error", { a: new Error("x") }, "data.a", /Error: x/],
    ["a promise", { a: Promise.resolve() }, "data.a", /Promise/],
    ["a boxed text", { a: Object("x") }, "data.a", /String/],
    ["a list of a class of its own", { a: new (class List extends Array {})() }, "data.a", /class/],
    ["an object on top of another", { a: Object.create({ b: 1 }) }, "data.a", /class/],
    ["a cycle", { root: cyclic }, "data.root.list[1].back", /refers back/],
    ["a list in itself", ((list: unknown[]) => [list.push(list), list])([]), "data[1][0]", /refers back/],
    ["1,001 levels", nested(1_001), "", /deeper than 1000/],
    ["100,000 levels", nested(100_000), "", /deeper than 1000/],
    ["a NUL character", { a: ["x\0"] }, "data.a[0]", /NUL/],
    ["half a surrogate pair", { a: "\ud83d!" }, "data.a", /surrogate/],
    ["a NUL character in a key", { a: { "k\0": 1 } }, 'data.a["k\\u0000"]', /name of the property/],
    ["half a surrogate pair in a key", { "\ude00": 1 }, 'data["\\ude00"]', /name of the property/],
    ["a getter that throws", { a: throwing }, "data.a", /can't be read: Error: trap/],
  ];
  for (const [what, value, path, why] of cases) {
    it(what, () => {
      const error = refused(value);
      if (path === "") expect(error.path).to.match(/^data(\.a|\[0\]){10,}.* … .{60}$/);
      else expect(error.path).to.equal(path);
      expect(error.why).to.match(why);
      expect(error.message).to.equal(`${error.path}: ${error.why}`);
    });
  }

  it("a Proxy that throws", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(refused({ a: proxy }).path).to.equal("data.a");
  });

  it("a document that is too large", () => {
    expect(refused({ text: "x".repeat(200_000_001) }).why).to.match(/larger than 200000000 bytes/);
    expect(refused(["\u0001".repeat(34_000_000)]).why).to.match(/larger/);
    checkJson(["x".repeat(34_000_000)], "data");
  });

  it("a small document that would be written out as a huge one, in bounded time", () => {
    let value: unknown = "x";
    for (let level = 0; level < 100; level++) value = [value, value];
    expect(refused(value).why).to.match(/too large/);
  });
});
