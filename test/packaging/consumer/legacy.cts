/** A CommonJS application: `require` of the package, which is ESM. */
import jobsPackage = require("typeorm-jobs");
import testing = require("typeorm-jobs/testing");
import typeorm = require("typeorm");

const { JobEntity, JobStatus, jobs } = jobsPackage;

class Letter extends JobEntity<{ to: string }> {}
typeorm.Entity()(Letter);

async function main(): Promise<void> {
  const { DATABASE_URL: url = "", SCHEMA: schema = "" } = process.env;
  const dataSource = new typeorm.DataSource({ type: "postgres", url, schema, synchronize: true, entities: [Letter] });
  await dataSource.initialize();
  try {
    await Letter.enqueue({ id: "a", data: { to: "ann" } });
    const ran = await jobs(Letter, dataSource).run("a", (job) => `to ${job.data.to}`);
    const done = await Letter.countBy({ status: JobStatus.Succeeded });
    console.log(JSON.stringify({ ran, done, testing: typeof testing.startTemporaryDatabase }));
  } finally {
    await dataSource.destroy();
  }
}

void main();
