import { expect } from "chai";
import { Column, Entity } from "typeorm";
import { InvalidUpdateError, JobEntity, type Started } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

interface Payload {
  url?: string;
  nested?: { n: number };
  list?: number[];
  extra?: unknown;
}

@Entity()
class MergedJob extends JobEntity<Payload> {
  @Column({ type: "int", nullable: true })
  rowCount!: number | null;

  @Column({ type: "jsonb", nullable: true })
  meta!: Record<string, unknown> | null;

  @Column({ type: "jsonb", default: [] })
  list!: unknown[];

  @Column({ type: "json", nullable: true })
  plainJson!: object | null;

  @Column({ type: "jsonb", default: {}, transformer: { to: (value: unknown) => value, from: (value: unknown) => value } })
  transformed!: object;
}

describe("updates.merge", () => {
  const schema = useSchema("mapping_merge");
  let job: Started<MergedJob>;

  before(() => schema.connect([MergedJob]));
  beforeEach(async () => {
    await schema.sql("DELETE FROM merged_job");
    await MergedJob.enqueue({ id: "a", data: { url: "x", nested: { n: 1 } } });
    job = await MergedJob.start("a");
  });
  afterEach(() => job.fail(new Error("end of test")).catch(() => {}));

  const read = () => MergedJob.findOneByOrFail({ id: "a" });

  it("takes a patch as it is when it is given, and what it is merged into", async () => {
    const whole = { list: [1] };
    job.updates.set("data", whole);
    const patch = { nested: { n: 1 } };
    job.updates.merge("data", patch);
    whole.list.push(2);
    patch.nested.n = 2;
    job.updates.merge("data", { url: "late" });
    await job.succeed();
    expect((await read()).data).to.deep.equal({ list: [1], nested: { n: 1 }, url: "late" });
  });

  it("works in SQL: what others wrote meanwhile into other keys stays", async () => {
    await schema.sql(`UPDATE merged_job SET data = data || '{"extra": "theirs", "url": "theirs"}'`);
    job.updates.merge("data", { url: "mine" });
    await job.succeed();
    expect((await read()).data).to.deep.equal({ url: "mine", nested: { n: 1 }, extra: "theirs" });
    expect(job.data).to.deep.equal({ url: "mine", nested: { n: 1 }, extra: "theirs" });
  });

  it("is shallow: a nested object is replaced whole", async () => {
    job.updates.merge("data", { nested: {} as { n: number } });
    await job.succeed();
    expect((await read()).data).to.deep.equal({ url: "x", nested: {} });
  });

  it("takes several patches, into null too, and set throws earlier patches away", async () => {
    job.updates.merge("meta", { a: 1, b: 1 });
    job.updates.merge("meta", { b: 2 });
    job.updates.merge("data", { url: "gone" });
    job.updates.set("data", { list: [] });
    await job.succeed();
    expect(await read()).to.deep.include({ meta: { a: 1, b: 2 }, data: { list: [] } });
  });

  it("after set changes what was set, and nothing of the row is left", async () => {
    job.updates.set("data", { list: [1] });
    job.updates.merge("data", { url: "y" });
    await job.succeed();
    expect((await read()).data).to.deep.equal({ list: [1], url: "y" });
  });

  for (const [what, column, patch] of [
    ["a column that holds no JSON", "rowCount", { a: 1 }],
    ["a json column, which can't merge", "plainJson", { a: 1 }],
    ["a list", "data", [1]],
    ["null", "data", null],
    ["a text", "data", "x"],
    ["a column whose value is no object", "list", { a: 1 }],
    ["a column with a transformer", "transformed", { a: 1 }],
    ["a managed column", "errors", { a: 1 }],
    ["an unknown column", "dat", { a: 1 }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await failureOf(() => job.updates.merge(column as "data", patch as never));
      expect(error).to.be.instanceOf(InvalidUpdateError);
      await job.succeed();
      expect((await read()).data).to.deep.equal({ url: "x", nested: { n: 1 } });
    });
  }

  it("refuses in a patch what JSON can't hold, with the path", async () => {
    const error = await failureOf(() => job.updates.merge("data", { extra: { when: new Date() } }));
    expect(error).to.include({ code: "INVALID_DATA", path: "data.extra.when" });
  });
});
