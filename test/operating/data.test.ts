import { expect } from "chai";
import { InvalidDataError, InvalidUpdateError, type NewJob } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpJob } from "./jobs.js";
import { thrownBy } from "./thrown-by.js";
import { OpTyped } from "./typed-jobs.js";

type Data = { n?: number };

const nested = (depth: number) => {
  let value: unknown = "bottom";
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { in: value };
  return value;
};

/** What must come back as it went in. */
const faithful: Record<string, object> = {
  "own __proto__ keys": JSON.parse(
    '{"__proto__": {"admin": true}, "in": {"__proto__": 1, "constructor": {"prototype": 2}}}',
  ) as object,
  "deep nesting": { deep: nested(900) },
  "numbers at their limits": {
    max: Number.MAX_VALUE,
    min: Number.MIN_VALUE,
    safe: Number.MAX_SAFE_INTEGER,
    tenth: 0.1,
    big: 1e21,
    neg: -1e-7,
  },
  "texts of every plane": {
    text: "\u0001\u001f\u007f\u2028\u2029\ufeff\uffff😀👩‍👩‍👧",
    'odd " key \\ ü': "'; DROP TABLE op_job; --",
    "": "",
  },
  "empty things": { list: [], object: {}, text: "", nothing: null, zero: 0, no: false },
  "1 MB of text": { text: "x0Ü".repeat(350_000) },
  "1 MB of small values": { items: Array.from({ length: 60_000 }, (_, n) => ({ n, s: `${n}` })) },
  "many keys": Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`key${n}`, n])),
  "an object without a prototype": Object.assign(Object.create(null) as object, { a: 1 }),
};

class Point {
  x = 1;
}

const cyclic: { items: unknown[] } = { items: [] };
cyclic.items.push({ back: cyclic });

/** What JSON would lose or change, or PostgreSQL refuse, and where it is. */
const refused: [what: string, data: object, path: string][] = [
  ["a Date", { items: [0, 1, 2, { when: new Date() }] }, "data.items[3].when"],
  ["an invalid Date", { when: new Date(Number.NaN) }, "data.when"],
  ["a bigint", { n: 1n }, "data.n"],
  ["NaN", { list: [Number.NaN] }, "data.list[0]"],
  ["Infinity", { list: [[1], [Number.NEGATIVE_INFINITY]] }, "data.list[1][0]"],
  ["undefined in an array", { list: [1, undefined] }, "data.list[1]"],
  ["a hole in an array", { list: Object.assign([1, 2], { length: 3 }) }, "data.list[2]"],
  ["a NUL character", { a: { text: "a\0b" } }, "data.a.text"],
  ["a NUL character in a key", { a: { "b\0": 1 } }, 'data.a["b\\u0000"]'],
  ["half a surrogate pair", { text: "\ud83d" }, "data.text"],
  ["the other half", { list: ["ok", "\ude00\ud83d"] }, "data.list[1]"],
  ["half a surrogate pair in a key", { "\udc00": 1 }, 'data["\\udc00"]'],
  ["a function", { call: () => 1 }, "data.call"],
  ["a symbol", { "odd key": Symbol("s") }, 'data["odd key"]'],
  ["a Map", { map: new Map() }, "data.map"],
  ["a Set", { set: new Set([1]) }, "data.set"],
  ["bytes", { bytes: Buffer.from("a") }, "data.bytes"],
  ["an instance of a class", { at: new Point() }, "data.at"],
  ["a cycle", cyclic, "data.items[0].back"],
  ["over 1,000 levels", { deep: nested(1100) }, "data.deep"],
];

describe("data", () => {
  const schema = useSchema("op_data");

  before(() => schema.connect([OpJob, OpTyped]));
  beforeEach(() => schema.sql("TRUNCATE op_job"));

  for (const [what, data] of Object.entries(faithful)) {
    it(`comes back as it went in: ${what}`, async () => {
      const made = await OpJob.enqueue({ id: "a", data: data as Data });
      expect(made!.data).to.deep.equal(data);
      expect((await OpJob.findOneByOrFail({ id: "a" })).data).to.deep.equal(data);
      await OpJob.enqueue({ id: "b" });
      await OpJob.run("b", (job) => job.updates.set("data", data as Data));
      expect((await OpJob.findOneByOrFail({ id: "b" })).data).to.deep.equal(data);
      expect((await OpJob.start("a")).data).to.deep.equal(data);
    });
  }

  it("keeps own __proto__ keys own, and no prototype is changed by them", async () => {
    const data = JSON.parse('{"__proto__": {"admin": true}}') as Data;
    const made = await OpJob.enqueue({ id: "a", data });
    for (const job of [made!, await OpJob.start("a")]) {
      expect(Object.keys(job.data)).to.deep.equal(["__proto__"]);
      expect((job.data as { admin?: boolean }).admin).to.equal(undefined);
      expect(Object.getPrototypeOf(job.data)).to.equal(Object.prototype);
    }
  });

  it("leaves out properties that are undefined, and writes -0 as 0", async () => {
    const data = { gone: undefined, zero: -0, list: [{ gone: undefined }] } as Data;
    const made = await OpJob.enqueue({ id: "a", data });
    expect(made!.data).to.deep.equal({ zero: 0, list: [{}] });
    expect((await OpJob.findOneByOrFail({ id: "a" })).data).to.deep.equal(made!.data);
  });

  it("is refused where JSON can't hold it, naming the path, at enqueue, at set and at merge", async () => {
    await OpJob.enqueue({ id: "job" });
    const job = await OpJob.start("job");
    for (const [what, data, path] of refused) {
      const asked: (() => unknown)[] = [
        () => OpJob.enqueue({ data: data as Data }),
        () => job.updates.set("data", data as Data),
        () => job.updates.set({ rows: 1, data: data as Data }),
        () => job.updates.merge("data", data as Data),
      ];
      for (const call of asked) expect((await thrownBy(InvalidDataError, call)).path, what).to.contain(path);
      const second = await thrownBy(InvalidDataError, () => OpJob.enqueue([{ data: {} }, { data: data as Data }]));
      expect(second.path, what).to.contain(`[1].${path}`);
    }
    await job.succeed();
    expect(await OpJob.find()).to.have.length(1);
    expect(await OpJob.findOneByOrFail({ id: "job" })).to.deep.include({ data: {}, rows: null });
  });

  it("of other columns is held faithfully or refused too, naming the column", async () => {
    const wrong: [keyof NewJob<OpTyped>, unknown][] = [
      ["json", { when: new Date() }],
      ["plainJson", { n: 1n }],
      ["simple", { a: { b: "\0" } }],
      ["list", ["a,b"]],
      ["list", ["\0"]],
      ["list", [null]],
      ["list", "a"],
      ["tags", ["ok", "\0"]],
      ["tags", [["nested", "\ud800"]]],
      ["tags", "a"],
      ["letters", "\udfff"],
      ["uuid", "no"],
      ["colour", "green"],
      ["at", new Date(Number.NaN)],
      ["at", "yesterday"],
      ["day", new Date(Number.NaN)],
      ["big", 2 ** 53],
      ["big", 2n ** 63n],
      ["exact", "12345678901.5"],
      ["exact", Number.POSITIVE_INFINITY],
      ["flag", "yes"],
      ["fixed", "abcd"],
    ];
    await OpTyped.enqueue({ id: "typed" });
    const job = await OpTyped.start("typed");
    for (const [column, value] of wrong) {
      const calls = [
        () => OpTyped.enqueue({ [column]: value } as object),
        () => job.updates.set({ [column]: value } as object),
      ];
      for (const call of calls) {
        const error = await refusal(call);
        expect(error.message, column).to.match(new RegExp(`^${column}\\b`));
      }
    }
    await job.succeed();
    expect(await OpTyped.count()).to.equal(1);
  });
});

/** An InvalidUpdateError or an InvalidDataError, which both name where it is. */
async function refusal(call: () => unknown): Promise<Error> {
  const error = await thrownBy(Error, call);
  expect(
    [InvalidUpdateError, InvalidDataError].some((type) => error instanceof type),
    String(error),
  ).to.equal(true);
  return error;
}
