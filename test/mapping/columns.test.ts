import { expect } from "chai";
import { BaseEntity, Column, Entity, PrimaryColumn } from "typeorm";
import { JobEntity, JobMixin, JobStatus } from "../../src/index.js";
import { useSchema } from "../support/schema.js";

@Entity()
class PlainJob extends JobEntity<{ url: string }> {}

@Entity()
class KeyedOrder extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "int" })
  no!: number;

  @Column({ type: "text", default: "new" })
  title!: string;
}

/** Name, type, length, nullability and default, as information_schema tells them. */
const JOB_COLUMNS = [
  ["created_at", "timestamp with time zone", null, "NO", "now()"],
  ["data", "jsonb", null, "NO", "'{}'::jsonb"],
  ["errors", "jsonb", null, "NO", "'[]'::jsonb"],
  ["fence", "integer", null, "NO", "0"],
  ["finished_at", "timestamp with time zone", null, "YES", null],
  ["lock", "uuid", null, "YES", null],
  ["lock_at", "timestamp with time zone", null, "YES", null],
  ["lock_by", "character varying", 128, "YES", null],
  ["lock_until", "timestamp with time zone", null, "YES", null],
  ["priority", "integer", null, "NO", "0"],
  ["reason", "character varying", 64, "YES", null],
  ["retry", "integer", null, "NO", "0"],
  ["run_at", "timestamp with time zone", null, "YES", null],
  ["status", "integer", null, "NO", "10"],
  ["updated_at", "timestamp with time zone", null, "NO", "now()"],
];

describe("the job columns", () => {
  const schema = useSchema("mapping_columns");

  before(() => schema.connect([PlainJob, KeyedOrder]));

  async function columnsOf(table: string): Promise<unknown[][]> {
    const rows = await schema.sql(
      `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
         FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY column_name`,
      [schema.name, table],
    );
    return rows.map((row) => Object.values(row));
  }

  it("are those of the design, and id, on a JobEntity", async () => {
    const id = ["id", "character varying", 255, "NO", null];
    expect(await columnsOf("plain_job")).to.deep.equal([...JOB_COLUMNS, id].sort(byName));
  });

  it("come beside the entity's own key and columns with JobMixin", async () => {
    const own = [
      ["no", "integer", null, "NO", null],
      ["title", "text", null, "NO", "'new'::text"],
    ];
    expect(await columnsOf("keyed_order")).to.deep.equal([...JOB_COLUMNS, ...own].sort(byName));
  });

  it("give a row that was inserted otherwise the state of a job that is not due", async () => {
    await schema.sql(`INSERT INTO keyed_order (no) VALUES (1)`);
    const order = await KeyedOrder.findOneByOrFail({ no: 1 });
    expect(order).to.deep.include({ status: JobStatus.Pending, runAt: null, lock: null, fence: 0, retry: 0, priority: 0 });
    expect(order).to.deep.include({ data: {}, errors: [], reason: null, finishedAt: null, title: "new" });
  });

  it("don't turn the history of a table that gets the mixin into work, until it is scheduled", async () => {
    await schema.sql(`INSERT INTO keyed_order (no) VALUES (2)`);
    expect(await KeyedOrder.schedule({ key: 2 })).to.equal(1);
    expect((await KeyedOrder.findOneByOrFail({ no: 2 })).runAt).to.be.instanceOf(Date);
  });
});

function byName(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}
