import { expect } from "chai";
import { BaseEntity, Entity, PrimaryColumn } from "typeorm";
import { JobConfigurationError, JobEntity, JobMixin, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

@Entity()
class SharedJob extends JobEntity<{ n?: number }> {}

@Entity()
class LoneJob extends JobEntity {}

@Entity()
class ForgottenJob extends JobEntity {}

class NoRecord {
  audit?: string;
}

/** No active record: TypeORM doesn't recognise it as a BaseEntity by itself. */
@Entity()
class PlainJob extends JobMixin(NoRecord) {
  @PrimaryColumn({ type: "int" })
  id!: number;
}

@Entity()
class Bystander extends BaseEntity {
  @PrimaryColumn({ type: "int" })
  id!: number;
}

describe("the DataSource of a job class", () => {
  const schema = useSchema("mapping_sources");
  const other = useSchema("mapping_sources_other");

  it("is found by itself when there is one", async () => {
    const source = await schema.connect([LoneJob, Bystander]);
    await LoneJob.enqueue({ id: "a" });
    expect(await LoneJob.run("a", () => 1)).to.equal(1);
    expect(LoneJob.getRepository().manager.dataSource).to.equal(source);
    expect(await Bystander.count()).to.equal(0);
  });

  it("must be said when there are two; the error names both, and how", async () => {
    const [first, second] = [await schema.connect([SharedJob]), await other.connect([SharedJob])];
    const error = await failureOf(() => SharedJob.enqueue({ id: "a" }));
    expect(error).to.be.instanceOf(JobConfigurationError);
    expect(error.message).to.include(schema.name).and.to.include(other.name);
    expect(error.message).to.include("{ dataSource }").and.to.include("jobs(SharedJob, dataSource)");
    expect(error.message).not.to.include("password");

    await SharedJob.enqueue({ id: "a", data: { n: 1 } }, { dataSource: first });
    await jobs(SharedJob, second).enqueue({ id: "a", data: { n: 2 } });
    await SharedJob.run("a", (job) => expect(job.data.n).to.equal(2), { dataSource: second });
    expect(await SharedJob.countByStatus({ dataSource: first })).to.include({ pending: 1, succeeded: 0 });
    expect(await jobs(SharedJob, second).countByStatus()).to.include({ pending: 0, succeeded: 1 });

    // All statics take it.
    const [at, of] = [{ dataSource: first }, { key: "a" }];
    await using job = await SharedJob.start("a", at);
    expect(await SharedJob.tryStart("a", at)).to.equal(null);
    expect(await SharedJob.tryRun("a", () => {}, at)).to.equal(null);
    expect(await SharedJob.findRunning(of, at)).to.have.lengthOf(1);
    expect(await SharedJob.findExpired(of, at)).to.deep.equal([]);
    await job.fail(new Error("no"));
    expect(await SharedJob.findByStatus("failed", at)).to.have.lengthOf(1);
    expect(await SharedJob.rescue(at)).to.equal(0);
    expect(await SharedJob.rerun(of, at)).to.equal(1);
    expect(await SharedJob.schedule(of, at)).to.equal(1);
    expect(await SharedJob.cancel(of, at)).to.equal(1);
    expect(await SharedJob.purge({ status: "ignored", olderThan: 0, ...at })).to.equal(1);

    await first.destroy();
    expect(await SharedJob.countByStatus()).to.include({ succeeded: 1 });
    await second.destroy();
  });

  it("may be closed and initialised again, with the same repository", async () => {
    const source = await schema.connect([SharedJob]);
    const repository = jobs(SharedJob, source);
    await repository.enqueue({ id: "again" });
    await using held = await SharedJob.start("again");
    await held.succeed();
    await source.destroy();
    expect(await failureOf(() => SharedJob.enqueue({}))).to.be.instanceOf(JobConfigurationError);
    expect((await failureOf(() => repository.enqueue({}))).message).to.match(/not initialised/);
    await source.initialize();
    expect(jobs(SharedJob, source)).to.equal(repository);
    await repository.enqueue({ id: "and again" });
    await SharedJob.run("and again", async (job) => job.extend());
    await source.destroy();

    source.setOptions({ entityPrefix: "moved_" });
    await source.initialize();
    await repository.enqueue({ id: "elsewhere" });
    expect(await schema.sql("SELECT id FROM moved_shared_job")).to.deep.equal([{ id: "elsewhere" }]);
    await source.destroy();
  });

  it("must be initialised: the error says so", async () => {
    const source = schema.open([SharedJob]);
    const error = await failureOf(() => jobs(SharedJob, source).start("a"));
    expect(error).to.be.instanceOf(JobConfigurationError);
    expect(error.message).to.match(/not initialised: await dataSource\.initialize\(\) first/);
    expect((await failureOf(() => SharedJob.start("a"))).message).to.match(/initialize\(\) first/);
  });

  it("must know the class: the error says what to add", async () => {
    const source = await schema.connect([LoneJob]);
    const error = await failureOf(() => jobs(ForgottenJob, source).enqueue({}));
    expect(error).to.be.instanceOf(JobConfigurationError);
    expect(error.message).to.match(/^ForgottenJob is not an entity of the DataSource .* list it in `entities`$/);
    expect((await failureOf(() => ForgottenJob.enqueue({}))).message).to.match(/ForgottenJob belongs to no initialised/);
    expect((await failureOf(() => ForgottenJob.start("a", { dataSource: source }))).message).to.match(/is not an entity/);
  });

  it("serves a class that doesn't extend BaseEntity, its statics too", async () => {
    const source = await schema.connect([PlainJob]);
    await PlainJob.enqueue([{ id: 1 }, { id: 2 }]);
    await PlainJob.run(1, () => {});
    await using job = await jobs(PlainJob, source).start(2);
    await job.succeed();
    expect(await PlainJob.countByStatus()).to.include({ succeeded: 2 });
    expect(await source.getRepository(PlainJob).countBy({ status: 40 })).to.equal(2);
  });
});
