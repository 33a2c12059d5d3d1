import { expect } from "chai";
import { BaseEntity, Column, Entity, PrimaryColumn } from "typeorm";
import { type JobCriteria, JobMixin } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpInvoice, OpJob } from "./jobs.js";
import { age, enqueueIn } from "./rows.js";
import { thrownBy } from "./thrown-by.js";

/** Keys and columns whose types the server knows better than anybody. */
@Entity()
class OpTicket extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "enum", enum: ["red", "blue"] })
  colour!: "red" | "blue";

  @PrimaryColumn({ type: "char", length: 3 })
  code!: string;

  @Column({
    type: "text",
    nullable: true,
    transformer: {
      to: (at: number | null) => at && `<${at}>`,
      from: (text: string | null) => text && Number(text.slice(1, -1)),
    },
  })
  size!: number | null;

  @Column({ type: "bigint", nullable: true })
  big!: string | bigint | null;

  @Column({ type: "text", array: true, nullable: true })
  tags!: string[] | null;
}

@Entity()
class OpBadge extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "char", length: 3 })
  code!: string;
}

@Entity()
class OpShade extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "enum", enum: ["red", "blue", "green"] })
  shade!: "red" | "blue" | "green";
}

describe("criteria", () => {
  const schema = useSchema("op_criteria");

  before(async () => {
    await schema.connect([OpJob, OpInvoice, OpTicket, OpBadge, OpShade]);
    await enqueueIn("failed", ["a", "b", "c"]);
    await enqueueIn("exhausted", ["x", "y"]);
    await OpJob.enqueue([
      { id: "p", rows: 1, tenant: "t" },
      { id: "q", rows: 1 },
      { id: "r", rows: 2, tenant: "u" },
    ]);
    await age(schema, ["a", "x"], "2 days");
  });

  /** Ids that a criteria matches: a cancel that is undone. */
  const matched = async (criteria: JobCriteria<OpJob>) => {
    let ids: string[] = [];
    const undone = OpJob.getRepository().manager.transaction(async (manager) => {
      // Ignored ones too, which cancel leaves alone.
      await schema.sql("SELECT 1");
      await manager.query(`UPDATE ${schema.name}.op_job SET status = 30 WHERE status = 50`);
      const count = await OpJob.cancel(criteria, { manager });
      ids = (await manager.find(OpJob, { where: { reason: "cancelled" }, order: { id: "ASC" } })).map(({ id }) => id);
      expect(count).to.equal(ids.length);
      throw new RangeError("undone");
    });
    await thrownBy(RangeError, () => undone);
    return ids;
  };

  it("name one key or several, as a value or an object", async () => {
    expect(await matched({ key: "a" })).to.deep.equal(["a"]);
    expect(await matched({ key: { id: "a" } })).to.deep.equal(["a"]);
    expect(await matched({ keys: ["a", { id: "p" }, "nobody", "a"] })).to.deep.equal(["a", "p"]);
  });

  it("name statuses and reasons, one or several", async () => {
    expect(await matched({ status: "pending" })).to.deep.equal(["p", "q", "r"]);
    expect(await matched({ status: [10, "failed"] })).to.have.length(8);
    expect(await matched({ reason: "exhausted" })).to.deep.equal(["x", "y"]);
    expect(await matched({ reason: ["exhausted", "Error"] })).to.deep.equal(["a", "b", "c", "x", "y"]);
  });

  it("must all hold", async () => {
    expect(await matched({ olderThan: "1d" })).to.deep.equal(["a", "x"]);
    expect(await matched({ olderThan: "1d", reason: "exhausted" })).to.deep.equal(["x"]);
    expect(await matched({ olderThan: "1d", keys: ["a", "b"], status: "failed", step: "default" })).to.deep.equal(["a"]);
    expect(await matched({ key: "p", where: { tenant: "u" } })).to.deep.equal([]);
  });

  it("compare own columns, null as IS NULL", async () => {
    expect(await matched({ where: { rows: 1 } })).to.deep.equal(["p", "q"]);
    expect(await matched({ where: { rows: 1, tenant: null } })).to.deep.equal(["q"]);
    expect(await matched({ where: { tenant: null } })).to.have.length(6);
    expect(await matched({ where: { tenant: "$1" } })).to.deep.equal([]);
  });

  it("mean every job of the class by { all: true } alone", async () => {
    expect(await matched({ all: true })).to.have.length(8);
  });

  it("name composite keys, whatever the types of their columns", async () => {
    await OpInvoice.enqueue(
      [1, 2, 3].flatMap((no) => [
        { tenant: "a", no },
        { tenant: "b", no },
      ]),
    );
    expect(await OpInvoice.cancel({ key: { tenant: "a", no: 1 } })).to.equal(1);
    expect(
      await OpInvoice.cancel({
        keys: [
          { tenant: "a", no: 2 },
          { tenant: "b", no: 1 },
          { tenant: "c", no: 1 },
        ],
      }),
    ).to.equal(2);
    const left = await OpInvoice.findByStatus("pending");
    expect(left.map(({ tenant, no }) => `${tenant}${no}`).sort()).to.deep.equal(["a3", "b2", "b3"]);

    await OpTicket.enqueue([
      { colour: "red", code: "ab" },
      { colour: "blue", code: "ab" },
      { colour: "red", code: "abc" },
    ]);
    expect(
      await OpTicket.cancel({
        keys: [
          { colour: "red", code: "abc" },
          { colour: "blue", code: "ab" },
        ],
      }),
    ).to.equal(2);
    expect(await OpTicket.cancel({ all: true })).to.equal(1);

    await OpBadge.enqueue([{ code: "abc" }, { code: "abd" }, { code: "a" }]);
    expect(await OpBadge.cancel({ keys: [{ code: "abd" }] })).to.equal(1);
    expect(await OpBadge.cancel({ keys: [{ code: "abc" }, { code: "a" }] })).to.equal(2);

    await OpShade.enqueue([{ shade: "red" }, { shade: "blue" }]);
    expect(await OpShade.cancel({ keys: [{ shade: "blue" }, { shade: "green" }] })).to.equal(1);
    expect(await OpShade.cancel({ key: { shade: "red" } })).to.equal(1);
  });

  it("compare what transformers store, and big numbers and arrays exactly", async () => {
    const big = 2n ** 60n;
    await OpTicket.enqueue([
      { colour: "red", code: "one", size: 5, big, tags: ["x"] },
      { colour: "red", code: "two", size: 6, big: big + 1n },
    ]);
    expect(await OpTicket.schedule({ where: { size: 5 } })).to.equal(1);
    expect(await OpTicket.schedule({ where: { big } })).to.equal(1);
    expect(await OpTicket.schedule({ where: { tags: ["x"] } })).to.equal(1);
    expect(await OpTicket.schedule({ where: { code: "two" } })).to.equal(1);
  });
});
