import { expect } from "chai";
import { type DataSource, Not } from "typeorm";
import type { NewJob } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpDefaults, OpTyped } from "./typed-jobs.js";

const when = new Date("2024-07-01T23:30:15.123Z");
const winter = new Date("2024-01-31T18:29:59.999Z");

/** Values of every common type, in all the forms that users give them. */
const samples: NewJob<OpTyped>[] = [
  { int: 7, small: -3, big: "9007199254740993", exact: "12345678.91", real: 0.1, double: Math.PI, flag: true },
  { int: -(2 ** 31), big: 2n ** 63n - 1n, exact: 0.1, double: 5e-324, flag: false, real: -1.5 },
  { double: Number.POSITIVE_INFINITY, real: Number.NaN, exact: "-0.005", big: 42 },
  { name: "näme 😀 'quoted' \\ \"x\"", letters: "a\nb\tc", fixed: "ab" },
  { name: "", letters: "", fixed: "abc" },
  { uuid: "0190163D-8694-739B-AEA5-966C26F8AD90", blob: Buffer.from([0, 1, 255, 92]), colour: "blue", size: 2 },
  { at: when, local: when, day: "2024-02-29", time: "23:59:58" },
  { at: winter, local: winter, day: when },
  { at: new Date("1969-12-31T23:59:59.999Z"), local: new Date("1883-01-01T12:00:00.000Z"), day: "0044-03-15" },
  { json: { deep: [1, { when: "now" }], text: "ü" }, plainJson: { b: 1, a: [null, true] } },
  { json: [1, "two", null], plainJson: "just text" },
  { json: "text", plainJson: 5 },
  {
    tags: ["a", "b,c", '"', "", "NULL", "{}"],
    numbers: [1, 2, -3],
    times: [when, winter],
    colours: ["red", "blue"],
    uuids: [],
  },
  { tags: [], numbers: [], colours: [] },
  { list: ["a", "b"], simple: { a: [1] }, wrapped: { cents: 1234 }, upper: "Loud" },
  { list: [], simple: null, wrapped: null },
  {},
];

for (const zone of ["UTC", "Asia/Kathmandu", "America/New_York"]) {
  describe(`enqueue in time zone ${zone}`, () => {
    const schema = useSchema("op_types");
    const before_ = process.env.TZ;
    let source: DataSource;

    before(async () => {
      process.env.TZ = zone;
      source = await schema.connect([OpTyped, OpDefaults]);
    });
    after(() => {
      if (before_ === undefined) delete process.env.TZ;
      else process.env.TZ = before_;
    });

    /** The rows as text, whatever a driver makes of them, without what differs by nature. */
    const texts = async (prefix: string) => {
      const rows = await schema.sql<{ row: Record<string, unknown> }>(
        `SELECT to_jsonb(t) - ARRAY['id', 'run_at', 'created_at', 'updated_at'] AS row FROM op_typed t WHERE id LIKE $1 ORDER BY id`,
        [`${prefix}%`],
      );
      return rows.map(({ row }) => row);
    };

    it("stores every type as TypeORM's own save does, and reads it back alike", async () => {
      expect(new Date(2024, 0, 1).getTimezoneOffset()).to.equal(
        { UTC: 0, "Asia/Kathmandu": -345, "America/New_York": 300 }[zone],
      );
      const repository = source.getRepository(OpTyped);
      const id = (prefix: string, index: number) => `${prefix}${`${index}`.padStart(2, "0")}`;
      const made = await OpTyped.enqueue(samples.map((sample, index) => ({ ...sample, id: id("many", index) })));
      for (const [index, sample] of samples.entries()) {
        await repository.save(repository.create({ ...sample, id: id("save", index) } as object));
        await OpTyped.enqueue({ ...sample, id: id("one", index) });
      }
      const saved = await texts("save");
      expect(saved).to.have.length(samples.length);
      expect(await texts("one")).to.deep.equal(saved);
      expect(await texts("many")).to.deep.equal(saved);
      const read = await repository.find({ where: { id: Not("") }, order: { id: "ASC" } });
      expect(made).to.deep.equal(read.filter(({ id: key }) => key.startsWith("many")));
      const own = ({ runAt: _, createdAt: __, updatedAt: ___, ...rest }: OpTyped) => ({ ...rest, id: rest.id.slice(-2) });
      const named = (prefix: string) => read.filter(({ id: key }) => key.startsWith(prefix)).map(own);
      expect(named("many")).to.deep.equal(named("save"));
    });

    it("gives a started job the values that TypeORM reads", async () => {
      const jobs = await OpTyped.enqueue(samples as NewJob<OpTyped>[]);
      for (const { id } of jobs) {
        const job = await OpTyped.start(id);
        const read = await source.getRepository(OpTyped).findOneByOrFail({ id });
        for (const { propertyName } of source.getMetadata(OpTyped).columns) {
          expect(job[propertyName as "int"], propertyName).to.deep.equal(read[propertyName as "int"]);
        }
        await job.succeed();
      }
    });
  });
}

describe("enqueue of jobs that give different columns", () => {
  const schema = useSchema("op_defaults");

  before(() => schema.connect([OpDefaults]));

  it("gives each the DEFAULT of what it leaves out, generated keys included", async () => {
    const made = await OpDefaults.enqueue([
      { no: 100 },
      { text: "given" },
      { count: 7, flag: false },
      { colour: "red", json: { given: true } },
      { at: when, tags: [] },
    ]);
    const { at } = made[0]!;
    expect(at).to.be.instanceOf(Date);
    const all = { text: "it", count: 5, flag: true, colour: "blue", json: { a: 1 }, tags: ["x"], at };
    const own = ({ text, count, flag, colour, json, tags, ...job }: OpDefaults) => ({
      text,
      count,
      flag,
      colour,
      json,
      tags,
      at: job.at,
    });
    expect(made.map(own)).to.deep.equal([
      all,
      { ...all, text: "given" },
      { ...all, count: 7, flag: false },
      { ...all, colour: "red", json: { given: true } },
      { ...all, at: when, tags: [] },
    ]);
    expect(made.map(({ no }) => no)).to.deep.equal([100, 1, 2, 3, 4]);
    expect(made).to.deep.equal(await Promise.all(made.map(({ no }) => OpDefaults.findOneByOrFail({ no }))));
    expect(own((await OpDefaults.enqueue({}))!)).to.deep.include({ text: "it", count: 5, tags: ["x"] });
  });
});
