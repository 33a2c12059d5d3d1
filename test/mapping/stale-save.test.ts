import { expect } from "chai";
import { BaseEntity, Column, type DataSource, Entity, PrimaryColumn } from "typeorm";
import { JobAttemptOpenError, JobEntity, JobMixin } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

@Entity()
class NoteJob extends JobEntity<{ n?: number }> {
  @Column({ type: "text", nullable: true })
  note!: string | null;
}

@Entity()
class BareNote extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "int" })
  id!: number;

  @Column({ type: "text", nullable: true })
  note!: string | null;
}

const MANAGED =
  "status, reason, run_at, lock, lock_at, lock_until, lock_by, fence, retry, errors, created_at, updated_at, finished_at";

describe("TypeORM's save and remove", () => {
  const schema = useSchema("mapping_save");
  let source: DataSource;

  before(async () => {
    source = await schema.connect([NoteJob, BareNote]);
  });
  beforeEach(async () => {
    await schema.sql("DELETE FROM note_job");
    await NoteJob.enqueue({ id: "a" });
  });

  const managed = async () => (await schema.sql(`SELECT ${MANAGED} FROM note_job WHERE id = 'a'`))[0];
  const note = async () => (await schema.sql("SELECT note FROM note_job WHERE id = 'a'"))[0]?.note;

  /** Ways to save, by what the instance is. */
  const saves: Record<string, (job: NoteJob) => Promise<unknown>> = {
    "repository.save": (job) => source.getRepository(NoteJob).save(job),
    "instance.save": (job) => job.save(),
    "manager.save in a transaction": (job) => source.transaction((tx) => tx.save(job)),
  };

  for (const [how, save] of Object.entries(saves)) {
    it(`${how} of a stale instance can't move a managed column back`, async () => {
      const stale = await NoteJob.findOneByOrFail({ id: "a" });
      await NoteJob.run("a", () => Promise.reject(new Error("first")), { skipError: true });
      await NoteJob.run("a", () => {});
      const before = await managed();
      stale.note = "mine";
      await save(stale);
      expect(await managed()).to.deep.equal(before);
      expect(await note()).to.equal("mine");
    });

    it(`${how} of a stale instance leaves a running attempt its lock`, async () => {
      const stale = await NoteJob.findOneByOrFail({ id: "a" });
      await using job = await NoteJob.start("a");
      const before = await managed();
      await save(Object.assign(stale, { note: "meanwhile", fence: 0, lock: null, status: 10, retry: 7, errors: [] }));
      expect(await managed()).to.deep.equal(before);
      await job.succeed();
      expect(job.kind).to.equal("succeeded");
    });

    it(`${how} of an instance with an open attempt throws, and writes nothing`, async () => {
      await using job = await NoteJob.start("a");
      const instance = job as unknown as NoteJob;
      instance.note = "around the lock";
      expect(await failureOf(() => save(instance))).to.be.instanceOf(JobAttemptOpenError);
      expect(await note()).to.equal(null);
      instance.note = null;
      await job.succeed();
    });
  }

  it("save() of an open instance throws even when nothing has changed", async () => {
    await using job = await NoteJob.start("a");
    expect(await failureOf(() => job.save())).to.be.instanceOf(JobAttemptOpenError);
    await job.succeed();
  });

  it("remove() and softRemove() of an open instance throw, and the row stays", async () => {
    await using job = await NoteJob.start("a");
    const instance = job as unknown as NoteJob;
    expect(await failureOf(() => instance.remove())).to.be.instanceOf(JobAttemptOpenError);
    expect(await failureOf(() => source.getRepository(NoteJob).remove(instance))).to.be.instanceOf(JobAttemptOpenError);
    await job.succeed();
    expect(await managed()).to.include({ status: 40 });
  });

  it("are free again after the outcome", async () => {
    const job = await NoteJob.start("a");
    await job.succeed();
    const instance = job as unknown as NoteJob;
    instance.note = "afterwards";
    await instance.save();
    expect(await note()).to.equal("afterwards");
    await instance.remove();
    expect(await NoteJob.count()).to.equal(0);
  });

  it("insert a new instance as a job that isn't due, whatever its managed columns say", async () => {
    const forged: object = { status: 40, fence: 9, retry: 3, lock: "7b3e1a52-0000-4000-8000-000000000000", errors: [{}] };
    await NoteJob.create({ id: "new", note: "n", ...forged }).save();
    const row = await NoteJob.findOneByOrFail({ id: "new" });
    expect(row).to.deep.include({ status: 10, fence: 0, retry: 0, lock: null, errors: [], runAt: null, note: "n" });
  });

  it("insert a job with a runAt and data of the user's", async () => {
    const runAt = new Date("2031-01-01T00:00:00Z");
    await NoteJob.create({ id: "later", runAt, data: { n: 1 } }).save();
    expect(await NoteJob.findOneByOrFail({ id: "later" })).to.deep.include({ runAt, data: { n: 1 } });
  });

  it("can't move runAt of a row that exists", async () => {
    const stale = await NoteJob.findOneByOrFail({ id: "a" });
    await NoteJob.run("a", () => {});
    await stale.save();
    expect(await managed()).to.include({ run_at: null });
  });

  it("behave the same for a class made by JobMixin", async () => {
    await BareNote.enqueue({ id: 1 });
    const stale = await BareNote.findOneByOrFail({ id: 1 });
    await using job = await BareNote.start(1);
    expect(await failureOf(() => job.save())).to.be.instanceOf(JobAttemptOpenError);
    await job.succeed();
    await Object.assign(stale, { note: "x" }).save();
    expect(await BareNote.findOneByOrFail({ id: 1 })).to.include({ status: 40, fence: 1, note: "x" });
  });

  it("repository.update and the query builder can't write managed columns either", async () => {
    await NoteJob.run("a", () => {});
    const before = await managed();
    await source.getRepository(NoteJob).update("a", { status: 10, fence: 0, note: "u" });
    await source.createQueryBuilder().update(NoteJob).set({ retry: 5, note: "q" }).where("id = 'a'").execute();
    expect(await managed()).to.deep.equal(before);
    expect(await note()).to.equal("q");
  });
});
