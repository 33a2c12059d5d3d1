import { expect } from "chai";
import { IsEmail, IsOptional, ValidateBy } from "class-validator";
import { Column, Entity } from "typeorm";
import { InvalidUpdateError, JobEntity, type JobRepository, JobStatus, JobUnsavedChangeError, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { StatementLog } from "./statement-log.js";
import { errorOf } from "./use-jobs.js";

/** A rule across columns, with an answer that takes a while: only `succeed` can check it. */
function RowsFit(): PropertyDecorator {
  const validate = async (rows: unknown, args?: { object: object }) => {
    await undefined;
    return rows === null || Number(rows) <= (args?.object as StrictJob | undefined)!.most;
  };
  return ValidateBy({
    name: "rowsFit",
    async: true,
    validator: { validate, defaultMessage: () => "rows must be at most `most`" },
  });
}

@Entity()
class StrictJob extends JobEntity {
  @Column({ type: "int", nullable: true })
  @RowsFit()
  rows!: number | null;

  @Column({ type: "int", default: 10 })
  most!: number;

  @Column({ type: "varchar", nullable: true })
  @IsOptional()
  @IsEmail()
  email!: string | null;
}

describe("a success refused before any statement", () => {
  const schema = useSchema("refusedbefore");
  const log = new StatementLog();
  let repository: JobRepository<StrictJob>;
  let count = 0;

  before(async () => {
    repository = jobs(StrictJob, await schema.connect([StrictJob], { logger: log, logging: true }));
  });

  it("by a validator leaves the attempt open, and the updates can be put right", async () => {
    const job = await started();
    job.updates.set("rows", 11);
    expect(await errorOf(job.succeed()))
      .to.be.instanceOf(InvalidUpdateError)
      .and.to.include({ column: "rows" });
    expect(log.take()).to.deep.equal([]);
    job.updates.set("rows", 9);
    await job.succeed();
    expect(job).to.include({ status: JobStatus.Succeeded, rows: 9 });
  });

  it("by a column that was assigned on the instance leaves the attempt open, for another outcome too", async () => {
    const job = await started();
    (job as { rows: number | null }).rows = 5;
    const error = await errorOf(job.succeed());
    expect(error).to.be.instanceOf(JobUnsavedChangeError);
    expect(error.columns).to.deep.equal(["rows"]);
    expect(log.take()).to.deep.equal([]);
    await job.fail(error);
    expect(job).to.include({ status: JobStatus.Failed, reason: "JOB_UNSAVED_CHANGE" });
  });

  it("in run: is recorded as the failure, and thrown", async () => {
    const { id } = await enqueued();
    const error = await errorOf(repository.run(id, (job) => job.updates.set("rows", 11)));
    expect(error).to.be.instanceOf(InvalidUpdateError);
    expect(await statusOf(id)).to.deep.equal([JobStatus.Failed, 1]);
  });

  it("in run, when the work asked for it itself and did not wait: recorded and thrown all the same", async () => {
    const { id } = await enqueued();
    const running = repository.run(id, (job) => {
      job.updates.set("rows", 11);
      job.succeed().catch(() => undefined);
    });
    expect(await errorOf(running)).to.be.instanceOf(InvalidUpdateError);
    expect(await statusOf(id)).to.deep.equal([JobStatus.Failed, 1]);
  });

  it("in run, when the work throws while it is on its way: what was thrown is recorded", async () => {
    const { id } = await enqueued();
    const thrown = new Error("boom");
    const running = repository.run(id, (job) => {
      job.updates.set("rows", 11);
      job.succeed().catch(() => undefined);
      throw thrown;
    });
    expect(await errorOf(running)).to.equal(thrown);
    expect(await statusOf(id)).to.deep.equal([JobStatus.Failed, 1]);
  });

  for (const outcome of ["fail", "ignore", "release"] as const) {
    it(`lets a ${outcome} through that was asked for beside it: it is no contradiction`, async () => {
      const job = await started();
      job.updates.set("rows", 11);
      const refused = errorOf(job.succeed());
      await (outcome === "fail" ? job.fail(new Error("boom")) : outcome === "ignore" ? job.ignore("why") : job.release());
      expect(await refused).to.be.instanceOf(InvalidUpdateError);
      const expected = { fail: JobStatus.Failed, ignore: JobStatus.Ignored, release: JobStatus.Pending };
      expect(job.status).to.equal(expected[outcome]);
    });
  }

  it("left alone: the disposer fails the attempt as abandoned, and the refusal is the cause", async () => {
    const { id } = await enqueued();
    {
      await using job = await repository.start(id);
      job.updates.set("rows", 11);
      job.succeed().catch(() => undefined);
    }
    const [row] = await schema.sql("SELECT * FROM strict_job WHERE id = $1", [id]);
    expect(row).to.include({ status: JobStatus.Failed, reason: "abandoned", lock: null });
    expect(row!.errors[0].cause).to.match(/^InvalidUpdateError: rows: rows must be at most/);
  });

  it("a rule that needs no waiting is checked when the column is set", async () => {
    const job = await started();
    expect(() => job.updates.set("email", "nobody")).to.throw(InvalidUpdateError, /email/);
    await job.succeed();
    expect(job.email).to.equal(null);
  });

  async function started() {
    const { id } = await enqueued();
    const job = await repository.start(id);
    log.take();
    return job;
  }

  async function enqueued() {
    return (await repository.enqueue({ id: `strict-${++count}`, data: {} }))!;
  }

  async function statusOf(id: string): Promise<[number, number]> {
    const [row] = await schema.sql<{ status: number; errors: unknown[] }>("SELECT * FROM strict_job WHERE id = $1", [id]);
    return [row!.status, row!.errors.length];
  }
});
