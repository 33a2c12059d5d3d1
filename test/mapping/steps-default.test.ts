import { expect } from "chai";
import { Entity } from "typeorm";
import { defineSteps, JobEntity } from "../../src/index.js";
import { useSchema } from "../support/schema.js";

@Entity()
class Pipeline extends JobEntity {
  static override readonly steps = defineSteps({
    fetch: { pending: 100, inProgress: 105, failed: 110, succeeded: 115, ignored: 120 },
    load: 200,
  });
}

@Entity()
class Simple extends JobEntity {}

@Entity()
class SecondPipeline extends JobEntity {
  static override readonly steps = defineSteps({ only: 0 });
}

describe("the default of the status column", () => {
  const schema = useSchema("mapping_steps");

  before(() => schema.connect([Pipeline, Simple, SecondPipeline]));

  it("is the first pending code of each class, one class not touching another", async () => {
    const rows = await schema.sql(
      "SELECT table_name, column_default FROM information_schema.columns WHERE table_schema = $1 AND column_name = 'status' ORDER BY 1",
      [schema.name],
    );
    expect(rows.map(Object.values)).to.deep.equal([
      ["pipeline", "100"],
      ["second_pipeline", "0"],
      ["simple", "10"],
    ]);
  });

  it("makes rows that were inserted by TypeORM or SQL startable", async () => {
    await Pipeline.create({ id: "saved" }).save();
    await schema.sql("INSERT INTO pipeline (id) VALUES ('inserted')");
    for (const id of ["saved", "inserted"]) {
      expect((await Pipeline.findOneByOrFail({ id })).status).to.equal(100);
      await Pipeline.run(id, (job) => expect(job.step).to.equal("fetch"));
      await Pipeline.run(id, (job) => expect(job).to.include({ step: "load", kind: "in_progress" }));
      expect(await Pipeline.findOneByOrFail({ id })).to.include({ status: 206, step: "load", kind: "succeeded" });
    }
  });

  it("is what enqueue and create write too", async () => {
    expect((await Pipeline.enqueue({}))?.status).to.equal(100);
    expect((await SecondPipeline.enqueue({}))?.kind).to.equal("pending");
    const job = await Pipeline.start("created", { create: {} });
    expect(job.status).to.equal(105);
    await job.succeed();
    expect(job.status).to.equal(115);
  });

  it("doesn't drift", async () => {
    const again = await schema.connect([Pipeline, Simple, SecondPipeline], { synchronize: false });
    expect((await again.driver.createSchemaBuilder().log()).upQueries).to.deep.equal([]);
  });
});
