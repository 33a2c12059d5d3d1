import { expect } from "chai";
import { Column, DefaultNamingStrategy, Entity, PrimaryColumn } from "typeorm";
import { JobEntity, JobMixin, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";

@Entity()
class NamedJob extends JobEntity<{ n: number }> {
  @Column({ type: "int", nullable: true })
  rowCount!: number | null;
}

class Plain {}

@Entity("The \u201codd\u201d Table")
class OddJob extends JobMixin(Plain) {
  @PrimaryColumn({ type: "int", name: "Key No" })
  keyNo!: number;

  @Column({ type: "text", name: "select", nullable: true })
  choice!: string | null;

  @Column({ type: "text", name: "Mixed Case", nullable: true })
  mixedCase!: string | null;
}

const snake = (text: string) => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, custom: string | undefined, prefixes: string[]): string {
    return snake(super.columnName(property, custom as string, prefixes));
  }
}

/** Renames also what has an explicit name: even the conditions of the indexes must follow. */
class RenameAll extends DefaultNamingStrategy {
  override tableName(name: string, custom: string | undefined): string {
    return `T ${super.tableName(name, custom)}`;
  }

  override columnName(property: string, custom: string | undefined, prefixes: string[]): string {
    return `C ${super.columnName(property, custom as string, prefixes)}`;
  }
}

describe("names in the database", () => {
  const schema = useSchema("mapping_names");

  /** Every verb once, so that each statement meets the names. */
  async function liveThrough(repository: ReturnType<typeof jobs<NamedJob>>): Promise<void> {
    await repository.enqueue([{ id: "a", data: { n: 1 } }, { id: "b", rowCount: 2 }, { id: "c" }]);
    await repository.enqueue({ id: "a", rowCount: 1 }, { onConflict: "replace" });
    await repository.run("a", async (job) => {
      job.updates.set("rowCount", 7);
      job.updates.merge("data", { n: 2 });
      await job.extend();
      expect(await repository.findRunning()).to.have.lengthOf(1);
    });
    await repository.run("b", () => Promise.reject(new Error("no")), { skipError: true });
    await repository.run("new", async (job) => job.release({ delay: "1h" }), { create: { rowCount: 3 } });
    expect(await repository.findExpired()).to.deep.equal([]);
    expect(await repository.rescue()).to.equal(0);
    expect(await repository.schedule({ key: "b" })).to.equal(1);
    expect(await repository.rerun({ where: { rowCount: 2 }, status: "failed" })).to.equal(1);
    expect(await repository.cancel({ keys: ["b", "c"] })).to.equal(2);
    expect(await repository.countByStatus()).to.deep.include({ succeeded: 1, ignored: 2, pending: 1 });
    expect((await repository.findByStatus(["succeeded", "pending"])).map(({ rowCount }) => rowCount)).to.have.members([7, 3]);
    expect(await repository.purge({ status: ["succeeded", "ignored"], olderThan: 0 })).to.equal(3);
  }

  it("follow an entity prefix", async () => {
    const source = await schema.connect([NamedJob], { entityPrefix: "acme_" });
    await liveThrough(jobs(NamedJob, source));
    expect(await schema.sql("SELECT id FROM acme_named_job")).to.deep.equal([{ id: "new" }]);
  });

  it("follow a naming strategy", async () => {
    const source = await schema.connect([NamedJob], { namingStrategy: new SnakeCase(), entityPrefix: "snake_" });
    await liveThrough(jobs(NamedJob, source));
    expect(await schema.sql("SELECT row_count, run_at IS NULL AS due FROM snake_named_job")).to.deep.equal([
      { row_count: 3, due: false },
    ]);
  });

  it("follow a naming strategy that renames even columns with explicit names, in the indexes too", async () => {
    const source = await schema.connect([NamedJob], { namingStrategy: new RenameAll() });
    await liveThrough(jobs(NamedJob, source));
    expect(await schema.sql(`SELECT "C id" FROM "T named_job"`)).to.deep.equal([{ "C id": "new" }]);
    const indexes = await schema.sql<{ indexdef: string }>(
      "SELECT indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = 'T named_job' AND indexdef LIKE '%WHERE%'",
      [schema.name],
    );
    expect(indexes.map(({ indexdef }) => indexdef.split(" USING ")[1])).to.have.members([
      'btree ("C priority", "C run_at", "C id") WHERE ("C run_at" IS NOT NULL)',
      'btree ("C id") WHERE ("C lock" IS NOT NULL)',
    ]);
  });

  it("are quoted: capitals, spaces and reserved words are fine", async () => {
    const source = await schema.connect([OddJob]);
    const odd = jobs(OddJob, source);
    await odd.enqueue([{ keyNo: 1, choice: "x", mixedCase: "Y" }, { keyNo: 2 }]);
    await odd.run(1, (job) => job.updates.set({ choice: "z", mixedCase: null }));
    expect(await odd.findByStatus("succeeded")).to.have.lengthOf(1);
    const [row] = await schema.sql(
      `SELECT "Key No", "select", "Mixed Case" FROM "The \u201codd\u201d Table" WHERE status = 40`,
    );
    expect(row).to.deep.equal({ "Key No": 1, select: "z", "Mixed Case": null });
    expect(await odd.cancel({ where: { choice: "z" } })).to.equal(0);
    expect(await odd.cancel({ keys: [2, 3] })).to.equal(1);
  });

  it("are qualified with the schema, whatever the search path says", async () => {
    await schema.sql(`CREATE SCHEMA "${schema.name} Other"`);
    try {
      const source = await schema.connect([NamedJob], { schema: `${schema.name} Other` });
      await liveThrough(jobs(NamedJob, source));
      expect(await schema.sql(`SELECT id FROM "${schema.name} Other".named_job`)).to.deep.equal([{ id: "new" }]);
      await source.destroy();
    } finally {
      await schema.sql(`DROP SCHEMA "${schema.name} Other" CASCADE`);
    }
  });
});
