import { expect } from "chai";
import { type DataSource, DeleteDateColumn, Entity } from "typeorm";
import { JobEntity, JobLockLostError, JobNotFoundError } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

@Entity()
class ArchivedJob extends JobEntity {
  @DeleteDateColumn({ type: "timestamptz" })
  deletedAt!: Date | null;
}

describe("a soft-deleted job", () => {
  const schema = useSchema("mapping_soft");
  let source: DataSource;

  before(async () => {
    source = await schema.connect([ArchivedJob]);
  });
  beforeEach(async () => {
    await schema.sql("DELETE FROM archived_job");
    await ArchivedJob.enqueue([{ id: "kept" }, { id: "gone" }]);
    await source.getRepository(ArchivedJob).softDelete("gone");
  });

  const rowOf = async (id: string) => (await schema.sql("SELECT * FROM archived_job WHERE id = $1", [id]))[0];

  it("is never started, and its row stays as it is", async () => {
    const before = await rowOf("gone");
    expect(await failureOf(() => ArchivedJob.start("gone"))).to.be.instanceOf(JobNotFoundError);
    expect(await failureOf(() => ArchivedJob.tryRun("gone", () => {}))).to.be.instanceOf(JobNotFoundError);
    expect(await rowOf("gone")).to.deep.equal(before);
  });

  it("is not started by create either", async () => {
    const before = await rowOf("gone");
    const error = await failureOf(() => ArchivedJob.start("gone", { create: {} }));
    expect(error).to.be.instanceOf(JobNotFoundError);
    expect(error).to.have.property("message").that.includes("soft-deleted");
    expect(await rowOf("gone")).to.deep.equal(before);
  });

  it("is not found and not counted", async () => {
    expect((await ArchivedJob.findByStatus("pending")).map(({ id }) => id)).to.deep.equal(["kept"]);
    expect((await ArchivedJob.countByStatus()).pending).to.equal(1);
  });

  it("is left alone by every operator's verb", async () => {
    await schema.sql("UPDATE archived_job SET status = 30, reason = 'Error', run_at = NULL WHERE id = 'gone'");
    const before = await rowOf("gone");
    expect(await ArchivedJob.rerun({ key: "gone" })).to.equal(0);
    expect(await ArchivedJob.rerun({ status: "failed" })).to.equal(0);
    expect(await ArchivedJob.cancel({ keys: ["gone"] })).to.equal(0);
    expect(await ArchivedJob.schedule({ key: "gone" })).to.equal(0);
    expect(await ArchivedJob.purge({ status: "failed", olderThan: 0 })).to.equal(0);
    expect(await ArchivedJob.enqueue({ id: "gone", data: { a: 1 } }, { onConflict: "replace" })).to.equal(null);
    expect(await rowOf("gone")).to.deep.equal(before);
  });

  it("is not rescued, nor listed as running or expired", async () => {
    await using _job = await ArchivedJob.start("kept");
    await schema.sql("UPDATE archived_job SET deleted_at = now()".replace("deleted_at", '"deletedAt"'));
    expect(await ArchivedJob.findRunning()).to.deep.equal([]);
    await schema.sql("UPDATE archived_job SET lock_until = now() - interval '1 hour'");
    expect(await ArchivedJob.findExpired()).to.deep.equal([]);
    expect(await ArchivedJob.rescue()).to.equal(0);
  });

  it("loses its lock when it is deleted while it runs: nothing of the attempt is written", async () => {
    const job = await ArchivedJob.start("kept");
    await source.getRepository(ArchivedJob).softDelete("kept");
    const before = await rowOf("kept");
    job.updates.set("priority", 5);
    expect(await failureOf(() => job.succeed())).to.be.instanceOf(JobLockLostError);
    expect(await rowOf("kept")).to.deep.equal(before);
  });

  it("runs again once it is restored", async () => {
    await source.getRepository(ArchivedJob).restore("gone");
    expect(await ArchivedJob.run("gone", () => "done")).to.equal("done");
  });
});
