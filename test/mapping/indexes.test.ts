import { expect } from "chai";
import { BaseEntity, Column, Entity, Index, PrimaryColumn } from "typeorm";
import { JobEntity, JobMixin } from "../../src/index.js";
import { useSchema } from "../support/schema.js";

@Entity()
class FirstJob extends JobEntity {}

@Entity()
@Index(["colour"])
class SecondJob extends JobEntity {
  @Column({ type: "text", nullable: true })
  colour!: string | null;
}

@Entity()
class TenantJob extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "int" })
  no!: number;
}

describe("the inherited indexes", () => {
  const schema = useSchema("mapping_indexes");

  before(() => schema.connect([FirstJob, SecondJob, TenantJob]));

  /** What each index covers: the text after USING. */
  async function indexesOf(table: string): Promise<{ name: string; covers: string }[]> {
    const rows = await schema.sql<{ indexname: string; indexdef: string }>(
      "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = $2 AND indexdef NOT LIKE '%UNIQUE%'",
      [schema.name, table],
    );
    return rows.map(({ indexname, indexdef }) => ({ name: indexname, covers: indexdef.split(" USING ")[1]! }));
  }

  const covering = async (table: string) => (await indexesOf(table)).map(({ covers }) => covers);

  it("are the due, the held and the status index, ending with the key", async () => {
    expect(await covering("first_job")).to.have.members([
      "btree (priority, run_at, id) WHERE (run_at IS NOT NULL)",
      "btree (id) WHERE (lock IS NOT NULL)",
      "btree (status, updated_at, id)",
    ]);
  });

  it("end with every column of a composite key", async () => {
    expect(await covering("tenant_job")).to.have.members([
      "btree (priority, run_at, tenant, no) WHERE (run_at IS NOT NULL)",
      "btree (tenant, no) WHERE (lock IS NOT NULL)",
      "btree (status, updated_at, tenant, no)",
    ]);
  });

  it("stand beside an index of the class's own", async () => {
    const covers = await covering("second_job");
    expect(covers).to.have.lengthOf(4).and.to.include("btree (colour)");
  });

  it("have names of their own for each class", async () => {
    const names = (await Promise.all(["first_job", "second_job", "tenant_job"].map(indexesOf))).flat().map(({ name }) => name);
    expect(new Set(names)).to.have.lengthOf(10);
  });

  it("carry no lock expiry, so that heartbeats stay in the heap page", async () => {
    for (const covers of await covering("first_job")) expect(covers).not.to.include("lock_until");
  });

  it("don't drift: a second look at the schema finds nothing to change", async () => {
    const again = await schema.connect([FirstJob, SecondJob, TenantJob], { synchronize: false });
    const { upQueries } = await again.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).to.deep.equal([]);
  });
});
