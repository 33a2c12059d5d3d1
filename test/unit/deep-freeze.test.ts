import { expect } from "chai";
import { deepFreeze } from "../../src/util/deep-freeze.js";

describe("deepFreeze", () => {
  it("freezes objects and lists at every depth, and returns the value", () => {
    const value = { a: [{ b: { c: 1 } }], n: null, __proto__: null };
    expect(deepFreeze(value)).to.equal(value);
    expect(Object.isFrozen(value)).to.equal(true);
    expect(Object.isFrozen(value.a)).to.equal(true);
    expect(Object.isFrozen(value.a[0]?.b)).to.equal(true);
    expect(() => value.a.push({ b: { c: 2 } })).to.throw(TypeError);
  });
  it("also below what was frozen already", () => {
    const value = Object.freeze({ a: Object.freeze([{ b: 1 }]) });
    expect(Object.isFrozen(deepFreeze(value).a[0])).to.equal(true);
  });
  it("leaves instances, dates and bytes alone, and what is in them", () => {
    class Point {
      inner = {};
    }
    const value = {
      point: new Point(),
      date: new Date(),
      bytes: Buffer.from("x"),
      numbers: new Float64Array(1),
      map: new Map(),
    };
    deepFreeze(value);
    for (const member of Object.values(value)) expect(Object.isFrozen(member)).to.equal(false);
    expect(Object.isFrozen(value.point.inner)).to.equal(false);
  });
  it("takes cycles and any depth", () => {
    const cyclic: { self?: unknown; list: unknown[] } = { list: [] };
    cyclic.self = cyclic;
    cyclic.list.push(cyclic, cyclic.list);
    deepFreeze(cyclic);
    expect(Object.isFrozen(cyclic.list)).to.equal(true);
    let deep: { a?: unknown } = {};
    const innermost = deep;
    for (let level = 0; level < 200_000; level++) deep = { a: deep };
    deepFreeze(deep);
    expect(Object.isFrozen(innermost)).to.equal(true);
  });
  it("takes what is no object", () => {
    for (const value of [1, "x", null, undefined, Symbol.iterator]) expect(deepFreeze(value)).to.equal(value);
  });
});
