import { expect } from "chai";
import { Column, type DataSource, Entity, VirtualColumn } from "typeorm";
import { JobEntity, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

enum Colour {
  Red = "red",
  Blue = "blue",
}

class Money {
  constructor(readonly cents: number) {}
}

const money = {
  to: (value: Money | null) => value?.cents ?? null,
  from: (value: number | null) => (value === null ? null : new Money(value)),
};
const shared = { kept: { open: true } };

@Entity()
class RichJob extends JobEntity {
  @Column({ type: "int", nullable: true, transformer: money })
  price!: Money | null;

  @Column({
    type: "text",
    default: "x",
    transformer: { to: (value: unknown) => (value === undefined ? undefined : "x"), from: () => shared },
  })
  lookup!: object;

  @Column({ type: "text", nullable: true, select: false })
  secret?: string | null;

  @Column({ type: "enum", enum: Colour, nullable: true })
  colour!: Colour | null;

  @Column({ type: "enum", enum: Colour, array: true, default: [] })
  palette!: Colour[];

  @Column({ type: "text", array: true, nullable: true })
  tags!: string[] | null;

  @Column({ type: "simple-array", nullable: true })
  words!: string[] | null;

  @Column({ type: "simple-json", nullable: true })
  note!: Record<string, unknown> | null;

  @Column({ type: "json", nullable: true })
  raw!: unknown;

  @Column({ type: "numeric", precision: 10, scale: 2, nullable: true })
  amount!: string | null;

  @Column({ type: "bigint", nullable: true })
  big!: string | null;

  @Column({ type: "bytea", nullable: true })
  bytes!: Buffer | null;

  @Column({ type: "date", nullable: true })
  day!: string | null;

  @Column({ type: "timestamp", nullable: true })
  local!: Date | null;

  @Column({ type: Boolean, nullable: true })
  flag!: boolean | null;

  @Column({ type: "int", generatedType: "STORED", asExpression: "priority * 2", nullable: true })
  doubled!: number | null;

  @VirtualColumn({ type: "int", query: (alias) => `SELECT ${alias}.priority + 1` })
  virtual!: number;
}

const values = {
  price: new Money(250),
  colour: Colour.Blue,
  palette: [Colour.Red, Colour.Blue],
  tags: ["a", 'b"c', "{d}", "e,f"],
  words: ["one", "two"],
  note: { deep: { n: [1, null] } },
  raw: { b: 1, a: 2 },
  amount: "12.50",
  big: "9007199254740993",
  bytes: Buffer.from([0, 255, 10]),
  day: "2024-02-29",
  local: new Date(2024, 5, 1, 12, 30, 15, 123),
  flag: true,
};

describe("own columns of every kind", () => {
  const schema = useSchema("mapping_hydration");
  let source: DataSource;

  before(async () => {
    source = await schema.connect([RichJob]);
  });
  beforeEach(() => schema.sql("DELETE FROM rich_job"));

  /** Only the columns, as TypeORM itself reads them. */
  const asTypeorm = async (id: string) => own(await source.getRepository(RichJob).findOneByOrFail({ id }));
  const own = (job: object) => {
    const { virtual: _, ...columns } = { ...job } as Record<string, unknown>;
    return columns;
  };

  it("come from enqueue as TypeORM reads them", async () => {
    const made = await RichJob.enqueue({ id: "a", ...values });
    expect(own(made!)).to.deep.equal(await asTypeorm("a"));
    expect(own(made!)).to.deep.include(values);
    const bare = await RichJob.enqueue({ id: "b" });
    expect(own(bare!)).to.deep.equal(await asTypeorm("b"));
  });

  it("come from enqueue of many, where some rows give a column and some don't", async () => {
    const made = await RichJob.enqueue([{ id: "a", ...values }, { id: "b" }, { id: "c", tags: [], secret: "s", priority: 4 }]);
    for (const job of made) expect(own(job)).to.deep.equal(await asTypeorm(job.id));
    expect(made[2]).to.include({ doubled: 8 });
  });

  it("come from create, start and queries as TypeORM reads them", async () => {
    await using created = await RichJob.start("a", { create: { ...values } });
    expect(own(created)).to.deep.equal(await asTypeorm("a"));
    const [found] = await RichJob.findRunning();
    expect(own(found!)).to.deep.equal(await asTypeorm("a"));
    await created.succeed();
    expect(own((await RichJob.findByStatus("succeeded"))[0]!)).to.deep.equal(await asTypeorm("a"));
  });

  it("are set through updates, and the instance shows the row as written", async () => {
    await RichJob.enqueue({ id: "a" });
    await using job = await RichJob.start("a");
    job.updates.set({ ...values, secret: "hush", priority: 21 });
    await job.succeed();
    const { secret, ...shown } = own(job);
    expect(secret).to.equal("hush");
    expect(shown).to.deep.equal(await asTypeorm("a"));
    expect(job).to.deep.include({ ...values, doubled: 42 });
    expect(await schema.sql("SELECT price, secret FROM rich_job")).to.deep.equal([{ price: 250, secret: "hush" }]);
  });

  it("take null where they are nullable", async () => {
    await RichJob.enqueue({ id: "a", ...values });
    await RichJob.run("a", (job) =>
      job.updates.set({ price: null, colour: null, tags: null, words: null, note: null, raw: null, bytes: null, local: null }),
    );
    expect(await asTypeorm("a")).to.deep.include({ price: null, colour: null, tags: null, note: null, raw: null });
  });

  it("with select: false stay out of instances, and are written all the same", async () => {
    const made = await RichJob.enqueue({ id: "a", secret: "s" });
    expect(made).not.to.have.property("secret");
    await using job = await RichJob.start("a");
    expect(job).not.to.have.property("secret");
    (job as { secret?: string }).secret = "assigned";
    expect((await failureOf(() => job.succeed())).columns).to.deep.equal(["secret"]);
    await job.fail(new Error("given up"));
    expect(await schema.sql("SELECT secret FROM rich_job")).to.deep.equal([{ secret: "s" }]);
  });

  it("leave objects that a transformer gave as they are: others may hold them", async () => {
    await RichJob.enqueue({ id: "a" });
    await using job = await RichJob.start("a");
    expect(job.lookup).to.equal(shared);
    expect(Object.isFrozen(shared) || Object.isFrozen(shared.kept)).to.equal(false);
    await job.succeed();
  });

  it("that the database generates can't be set or enqueued", async () => {
    await RichJob.enqueue({ id: "a" });
    await using job = await RichJob.start("a");
    expect(await failureOf(() => job.updates.set("doubled", 2))).to.include({ code: "INVALID_UPDATE", column: "doubled" });
    expect(await failureOf(() => RichJob.enqueue({ id: "b", doubled: 2 }))).to.include({ code: "INVALID_UPDATE" });
    expect(await failureOf(() => job.updates.set("virtual", 2))).to.include({ code: "INVALID_UPDATE", column: "virtual" });
    await job.succeed();
  });

  it("can be criteria: enums, arrays, transformers", async () => {
    await RichJob.enqueue([{ id: "a", ...values }, { id: "b" }]);
    for (const where of [{ colour: Colour.Blue }, { tags: values.tags }, { price: new Money(250) }, { amount: "12.5" }]) {
      expect(await jobs(RichJob, source).schedule({ where })).to.equal(1);
    }
    expect(await RichJob.schedule({ where: { colour: null, tags: null } })).to.equal(1);
  });
});
