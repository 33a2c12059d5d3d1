import { expect } from "chai";
import { preview } from "../../src/util/preview.js";
import { cutText, isSafeText, safeText } from "../../src/util/safe-text.js";

describe("safeText", () => {
  it("leaves text alone that can be stored", () => {
    for (const text of ["", "abc", "é一😀", "\u0001\n\t\u007f\uffff", "😀".repeat(1_000)]) {
      expect(isSafeText(text)).to.equal(true);
      expect(safeText(text)).to.equal(text);
    }
  });
  it("replaces NUL characters and half surrogate pairs", () => {
    const cases = [
      ["\0", "\ufffd"],
      ["a\0b\0", "a\ufffdb\ufffd"],
      ["\ud83d", "\ufffd"],
      ["\ude00", "\ufffd"],
      ["\ude00\ud83d", "\ufffd\ufffd"],
      ["\ud83d\ud83d\ude00x", "\ufffd😀x"],
    ] as const;
    for (const [given, stored] of cases) {
      expect(isSafeText(given)).to.equal(false);
      expect(safeText(given)).to.equal(stored);
    }
  });
});

describe("cutText", () => {
  it("cuts by bytes and never splits a character", () => {
    const cases: [string, number, string][] = [
      ["abc", 3, "abc"],
      ["abc", 2, "ab"],
      ["abc", 0, ""],
      ["abc", -1, ""],
      ["abc", 2.9, "ab"],
      ["éé", 3, "é"],
      ["一二", 5, "一"],
      ["a😀b", 4, "a"],
      ["a😀b", 5, "a😀"],
      ["a😀b", 6, "a😀b"],
      ["😀", 3, ""],
      ["", 5, ""],
    ];
    for (const [text, bytes, kept] of cases) expect(cutText(text, bytes), `${text} ${bytes}`).to.equal(kept);
  });
});

describe("preview", () => {
  const cases: [string, unknown, string][] = [
    ["text", "abc", '"abc"'],
    ["text with quotes", 'a"b\n', '"a\\"b\\n"'],
    ["numbers", 1.5, "1.5"],
    ["-0", -0, "-0"],
    ["NaN", Number.NaN, "NaN"],
    ["a bigint", 5n, "5n"],
    ["a huge bigint", 1n << 1_000_000n, "a bigint of more than 256 bits"],
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["a function", function run() {}, "function run"],
    ["a function without a name", () => 1, "function without a name"],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["an invalid date", new Date(Number.NaN), "Invalid Date"],
    ["an error", new TypeError("x"), "TypeError: x"],
    ["a list", [1, "a", [2, [3]]], '[1, "a", [2, […]]]'],
    ["a long list", new Array(1_000_000).fill(0), "[0, 0, 0, 0, … 999996 more]"],
    ["a list with holes", new Array(2), "[(hole), (hole)]"],
    ["an object", { a: 1, b: { c: {} } }, "{ a: 1, b: { c: {} } }"],
    ["a getter", { get a() { throw new Error(); } }, "{ a: (getter) }"], // biome-ignore format: one line
    ["an object without a prototype", Object.create(null), "{}"],
    ["an instance", new (class Point { x = 1; })(), "Point { x: 1 }"], // biome-ignore format: one line
    ["a Map", new Map([[1, 2]]), "Map {}"],
    ["bytes", Buffer.alloc(1_000_000), "Buffer of 1000000 bytes"],
    ["text that can't be stored", "\0\ud800", '"\\u0000\\ud800"'],
  ];
  for (const [what, value, shown] of cases) it(`shows ${what}`, () => expect(preview(value)).to.equal(shown));

  it("is short and storable, for anything", () => {
    const cyclic: Record<string, unknown> = { ["k".repeat(500)]: "v".repeat(500) };
    cyclic.self = cyclic;
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [
      cyclic,
      "😀".repeat(500),
      [cyclic, cyclic],
      proxy,
      Symbol("s".repeat(500)),
      new Error("m".repeat(500)),
    ]) {
      expect(preview(value).length).to.be.at.most(80);
      expect(isSafeText(preview(value))).to.equal(true);
    }
  });
  it("says that text was cut", () =>
    expect(preview("x".repeat(1_000)))
      .to.match(/^"x+…"$/)
      .and.have.length(80));
});
