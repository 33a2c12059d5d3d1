import { DataSource } from "typeorm";
import { startTemporaryDatabase } from "../../src/testing/index.js";
import { PackageJob } from "./package-job.js";

const SCHEMA = "typeorm_jobs_demo";

/** Where the demo's jobs are. Disposing it leaves a database of the user's as it is, and nothing of a temporary one. */
export interface DemoDatabase extends AsyncDisposable {
  readonly url: string;
  readonly description: string;
}

/** Opens the database of `DATABASE_URL`, or starts one for the time of the demo. */
export async function openDatabase(): Promise<DemoDatabase> {
  const given = process.env.DATABASE_URL;
  const temporary = given ? undefined : await startTemporaryDatabase();
  const url = given || temporary!.url;
  const dataSource = await connect(url);
  await dataSource.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  // Adds the table where it is missing. An application of yours would run migrations instead.
  await dataSource.synchronize();
  const [server] = await dataSource.query<{ server_version: string }[]>("SHOW server_version");
  const name = `PostgreSQL ${server?.server_version.split(" ")[0]}`;
  return {
    url,
    description: temporary
      ? `${name}, temporary (yours instead: set DATABASE_URL)`
      : `${name} of DATABASE_URL, schema ${SCHEMA}`,
    async [Symbol.asyncDispose]() {
      await dataSource.destroy();
      await temporary?.stop();
    },
  };
}

/** The DataSource of one process. Statics like `PackageJob.run` find it by themselves. */
export async function connect(url: string): Promise<DataSource> {
  const dataSource = new DataSource({ type: "postgres", url, schema: SCHEMA, entities: [PackageJob], poolSize: 2 });
  return dataSource.initialize();
}
