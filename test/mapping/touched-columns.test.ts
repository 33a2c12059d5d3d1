import { expect } from "chai";
import { CreateDateColumn, type DataSource, Entity, UpdateDateColumn, VersionColumn } from "typeorm";
import { JobEntity, type jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { failureOf } from "./failure-of.js";

@Entity()
class VersionedJob extends JobEntity<{ n?: number }> {
  @VersionColumn({ type: "int" })
  version!: number;

  @UpdateDateColumn({ type: "timestamptz" })
  touchedAt!: Date;

  @CreateDateColumn({ type: "timestamptz" })
  bornAt!: Date;
}

describe("version and update-date columns of the entity", () => {
  const schema = useSchema("mapping_touched");
  let source: DataSource;

  before(async () => {
    source = await schema.connect([VersionedJob]);
  });
  beforeEach(() => schema.sql("DELETE FROM versioned_job"));

  /** As text: a Date has only milliseconds. */
  const read = async (id = "a") => {
    const [row] = await schema.sql<{ version: number; touched: string }>(
      'SELECT version, "touchedAt"::text AS touched, "bornAt"::text AS born FROM versioned_job WHERE id = $1',
      [id],
    );
    return row!;
  };

  /** Expects the version one higher and the date later than before. */
  async function bumps(work: () => Promise<unknown>): Promise<void> {
    const before = await read();
    await work();
    const after = await read();
    expect(after.version).to.equal(before.version + 1);
    expect(after.touched > before.touched, `${after.touched} after ${before.touched}`).to.equal(true);
  }

  it("start at version 1 at enqueue, as with TypeORM", async () => {
    const made = await VersionedJob.enqueue({ id: "a" });
    expect(made?.version).to.equal(1);
    expect(made?.touchedAt).to.be.instanceOf(Date);
    expect(made?.bornAt).to.be.instanceOf(Date);
    expect((await read()).version).to.equal(1);
  });

  it("start at version 1 when a start creates the row", async () => {
    const job = await VersionedJob.start("a", { create: { data: { n: 1 } } });
    expect(job.version).to.equal(1);
    await job.succeed();
    expect((await read()).version).to.equal(2);
  });

  it("move with a start and with each outcome, and the instance shows it", async () => {
    await VersionedJob.enqueue({ id: "a" });
    for (const end of ["release", "fail", "succeed"] as const) {
      let job!: Awaited<ReturnType<(typeof jobs<VersionedJob>)["prototype"]["start"]>>;
      await bumps(async () => {
        job = await VersionedJob.start("a");
      });
      await bumps(() => (end === "fail" ? job.fail(new Error("no")) : job[end]()));
      expect(job.version).to.equal((await read()).version);
    }
    const last = await VersionedJob.findOneByOrFail({ id: "a" });
    expect(last.version).to.equal(7);
  });

  it("move with an ignore, and with what operators do", async () => {
    await VersionedJob.enqueue({ id: "a" });
    const job = await VersionedJob.start("a");
    await bumps(() => job.ignore("enough"));
    await bumps(() => VersionedJob.rerun({ key: "a" }));
    await bumps(() => VersionedJob.schedule({ key: "a" }, { delay: "1h" }));
    await bumps(() => VersionedJob.cancel({ all: true }));
    await bumps(() => VersionedJob.enqueue({ id: "a", data: { n: 2 } }, { onConflict: "replace" }));
    await VersionedJob.start("a");
    await schema.sql("UPDATE versioned_job SET lock_until = now() - interval '1 hour'");
    await bumps(() => VersionedJob.rescue());
  });

  it("stay where they are through heartbeats and extensions: no transition, no change", async () => {
    await VersionedJob.enqueue({ id: "a" });
    await using job = await VersionedJob.start("a", { expire: 600 });
    const before = await read();
    const lockUntil = async () =>
      (await schema.sql<{ until: string }>("SELECT lock_until::text AS until FROM versioned_job"))[0]!.until;
    const first = await lockUntil();
    await until(async () => (await lockUntil()) !== first, { what: "a heartbeat" });
    await job.extend("1h");
    expect(await read()).to.deep.equal(before);
    await job.succeed();
  });

  it("never move the creation date", async () => {
    await VersionedJob.enqueue({ id: "a" });
    const [before] = await schema.sql('SELECT "bornAt", created_at FROM versioned_job');
    await VersionedJob.run("a", () => {});
    expect((await schema.sql('SELECT "bornAt", created_at FROM versioned_job'))[0]).to.deep.equal(before);
  });

  it("can't be set through updates", async () => {
    await VersionedJob.enqueue({ id: "a" });
    await using job = await VersionedJob.start("a");
    for (const [column, value] of [
      ["version", 1],
      ["touchedAt", new Date()],
      ["bornAt", new Date()],
    ] as const) {
      const error = await failureOf(() => job.updates.set(column, value as never));
      expect(error).to.include({ code: "INVALID_UPDATE", column });
    }
    await job.succeed();
  });

  it("keep TypeORM's own save working beside the jobs", async () => {
    await VersionedJob.enqueue({ id: "a" });
    await VersionedJob.run("a", () => {});
    const row = await source.getRepository(VersionedJob).findOneByOrFail({ id: "a" });
    await source.getRepository(VersionedJob).save(Object.assign(row, { priority: 4 }));
    expect((await read()).version).to.equal(4);
  });
});
