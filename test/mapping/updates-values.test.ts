import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { expect } from "chai";
import { Column, type DataSource, Entity } from "typeorm";
import { InvalidUpdateError, JobEntity, type Started } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";
import { Recorder } from "./recorder.js";

@Entity()
class TypedJob extends JobEntity {
  @Column({ type: "smallint", nullable: true }) small!: unknown;
  @Column({ type: "int", nullable: true }) int!: unknown;
  @Column({ type: "bigint", nullable: true }) big!: unknown;
  @Column({ type: "real", nullable: true }) real!: unknown;
  @Column({ type: "double precision", nullable: true }) double!: unknown;
  @Column({ type: "numeric", nullable: true }) anyNumeric!: unknown;
  @Column({ type: "numeric", precision: 4, scale: 2, nullable: true }) numeric!: unknown;
  @Column({ type: "boolean", nullable: true }) bool!: unknown;
  @Column({ type: "varchar", length: 5, nullable: true }) short!: unknown;
  @Column({ type: "char", length: 3, nullable: true }) char!: unknown;
  @Column({ type: "text", nullable: true }) text!: unknown;
  @Column({ type: "uuid", nullable: true }) uuid!: unknown;
  @Column({ type: "jsonb", nullable: true }) json!: unknown;
  @Column({ type: "timestamptz", nullable: true }) time!: unknown;
  @Column({ type: "timestamp", nullable: true }) local!: unknown;
  @Column({ type: "date", nullable: true }) day!: unknown;
  @Column({ type: "enum", enum: ["red", "blue"], nullable: true }) colour!: unknown;
  @Column({ type: "enum", enum: [1, 2], enumName: "level_of_typed", nullable: true }) level!: unknown;
  @Column({ type: "bytea", nullable: true }) bytes!: unknown;
  @Column({ type: "int", array: true, nullable: true }) ints!: unknown;
  @Column({ type: "varchar", length: 3, array: true, nullable: true }) words!: unknown;
  @Column({ type: "simple-array", nullable: true }) list!: unknown;
  @Column({ type: "simple-json", nullable: true }) doc!: unknown;
  @Column({ type: "int", default: 0 }) needed!: unknown;
}

type Name = Exclude<keyof TypedJob, keyof JobEntity>;

/** Values that each column takes, with its limits. */
const GOOD: readonly [Name, readonly unknown[]][] = [
  ["small", [-32768, 32767, "12", 5n, null]],
  ["int", [-2147483648, 2147483647, "2147483647", -0]],
  ["big", ["9223372036854775807", -9223372036854775808n, 9007199254740991]],
  ["real", [3.4e38, -1e-38, "1.5", Number.NaN, Number.POSITIVE_INFINITY]],
  ["double", [Number.MAX_VALUE, Number.MIN_VALUE, "1e-300", Number.NEGATIVE_INFINITY]],
  ["anyNumeric", [1e300, "123456789012345678901234567890.123456789", 10n, "NaN"]],
  ["numeric", [99.99, "-99.994", "0.001", "1e1", "00099.9", 0]],
  ["bool", [true, false]],
  ["short", ["12345", "", "😀😀😀😀😀"]],
  ["char", ["abc", "a"]],
  ["text", ["x".repeat(100_000)]],
  ["uuid", ["0190b6a2-7a2b-7c3d-8e4f-5a6b7c8d9e0f", "0190B6A27A2B7C3D8E4F5A6B7C8D9E0F"]],
  ["json", [{ a: [1] }, [], "text", 0, false]],
  ["time", [new Date(0), "2024-02-29T12:00:00Z", "2024-02-29", new Date(8.64e15), new Date(Date.UTC(-4000, 0, 1))]],
  ["local", [new Date(2024, 0, 1), "2024-12-31T23:59:59"]],
  ["day", ["2024-02-29", new Date(2024, 1, 29), "infinity"]],
  ["colour", ["red"]],
  ["level", [1, "2"]],
  ["bytes", [Buffer.from([0]), new Uint8Array([1, 2])]],
  ["ints", [[], [1, null, 3]]],
  ["words", [["abc", ""]]],
  ["list", [[], ["a", "b"]]],
  ["doc", [{ a: 1 }]],
  ["needed", [1]],
];

/** Values that must be refused when they are set. */
const BAD: readonly [Name, readonly unknown[]][] = [
  ["small", [32768, -32769, 1.5, "x", "", true, {}, [], Number.NaN, 40000n, Symbol("s")]],
  ["int", [2147483648, "2147483648", 0.1, Number.POSITIVE_INFINITY, false, new Date(), () => 1]],
  ["big", ["9223372036854775808", 2 ** 53, "12.0", {}]],
  ["real", [1e39, 1e-60, "1e39", "abc", {}]],
  ["double", ["1e999", "", "one", true]],
  ["anyNumeric", ["1,5", "", Number.POSITIVE_INFINITY, {}]],
  ["numeric", [100, 99.995, "99.999", "1e2", "abc", true]],
  ["bool", [0, 1, "true", {}]],
  ["short", ["123456", 5, "nul\0", "\uD800", ["a"]]],
  ["char", ["abcd", 1]],
  ["text", [1, {}, new String("boxed"), "a\0b", "\uDC00"]],
  ["uuid", ["", "0190b6a2", 5, "g190b6a2-7a2b-7c3d-8e4f-5a6b7c8d9e0f"]],
  ["time", [new Date(Number.NaN), "yesterday", "2024-02-30", "2024-13-01", 0, {}, new Date(-8.64e15), "infinity"]],
  ["local", ["2023-02-29T00:00:00", 1, new Date(Number.NaN)]],
  ["day", ["2024-04-31", "31.12.2024", 20240101]],
  ["colour", ["green", ["red"], 0, {}, Object.create(null), Symbol("red")]],
  ["level", [3, "1 ", true]],
  ["bytes", [5, {}, [1, 2]]],
  ["ints", [1, "{1}", [1.5], ["x"], [undefined], {}]],
  ["words", [["abcd"], ["ok", 5], "abc"]],
  ["list", ["a,b", [{}], ["a,b"]]],
  ["needed", [null, undefined]],
  ["int", [undefined]],
];

/** Refused with the path to what JSON can't hold. */
const BAD_JSON: readonly [Name, unknown, string][] = [
  ["json", { when: new Date() }, "json.when"],
  ["json", { items: [1, { n: 10n }] }, "json.items[1].n"],
  ["json", [Number.NaN], "json[0]"],
  ["doc", { text: "\0" }, "doc.text"],
];

describe("a value given to updates.set", () => {
  const schema = useSchema("mapping_values");
  const recorder = new Recorder();
  let source: DataSource;
  let job: Started<TypedJob>;

  before(async () => {
    source = await schema.connect([TypedJob], { logger: recorder });
    await TypedJob.enqueue({ id: "bad" });
  });

  /** A new row, after a success that set the column. */
  async function updated(column: Name, value: unknown): Promise<TypedJob> {
    const id = randomUUID();
    await TypedJob.run(id, (started) => started.updates.set(column, value), { create: {} });
    return TypedJob.findOneByOrFail({ id });
  }

  for (const [column, values] of GOOD) {
    it(`is written as TypeORM would write it: ${column}`, async () => {
      for (const value of values) {
        const ours = await updated(column, value);
        const saved = await source.getRepository(TypedJob).save(TypedJob.create({ id: "typeorm", [column]: value }));
        const theirs = await TypedJob.findOneByOrFail({ id: saved.id });
        expect(ours[column], `${column} of ${inspect(value)}`).to.deep.equal(theirs[column]);
      }
    });

    it(`is written the same by enqueue: ${column}`, async () => {
      for (const value of values) {
        const made = await TypedJob.enqueue({ [column]: value });
        const enqueued = await TypedJob.findOneByOrFail({ id: made!.id });
        expect(made![column], `${column} of ${inspect(value)}`).to.deep.equal(enqueued[column]);
        expect((await updated(column, value))[column], `${column} of ${inspect(value)}`).to.deep.equal(enqueued[column]);
      }
    });
  }

  describe("that the column can't hold", () => {
    before(async () => {
      job = await TypedJob.start("bad");
    });
    after(() => job.release());

    for (const [column, values] of BAD) {
      it(`is refused at once, without a statement: ${column}`, async () => {
        for (const value of values) {
          const sent = await recorder.during(async () => {
            const error = await failureOf(() => job.updates.set(column, value));
            expect(error, `${column} of ${inspect(value)}`).to.be.instanceOf(InvalidUpdateError);
            expect(error).to.deep.include({ column, jobClass: "TypedJob" });
          });
          expect(sent).to.deep.equal([]);
        }
      });
    }

    for (const [column, value, path] of BAD_JSON) {
      it(`is refused with its path: ${path}`, async () => {
        expect(await failureOf(() => job.updates.set(column, value))).to.include({ code: "INVALID_DATA", path });
      });
    }

    it("is refused by enqueue and create as well", async () => {
      for (const [column, values] of BAD.filter(([, [value]]) => value !== undefined && value !== null)) {
        for (const value of values.filter((given) => given !== undefined)) {
          expect(await failureOf(() => TypedJob.enqueue({ [column]: value })), column).to.include({ code: "INVALID_UPDATE" });
          const start = () => TypedJob.start("never made", { create: { [column]: value } });
          expect(await failureOf(start), column).to.include({ code: "INVALID_UPDATE" });
        }
      }
      expect(await TypedJob.countBy({ id: "never made" })).to.equal(0);
    });
  });
});
