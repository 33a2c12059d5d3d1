/** Mocha's global fixtures: every test runs on `DATABASE_URL`, or on a temporary server of this run when that isn't set. */
import pg from "pg";
import { startTemporaryDatabase, type TemporaryDatabase } from "../../src/testing/index.js";

let temporary: TemporaryDatabase | undefined;

export async function mochaGlobalSetup(): Promise<void> {
  if (!process.env.DATABASE_URL) {
    // Durable as in production, so that the suite meets real commit times. Processes and pools add up to more than 100 connections.
    temporary = await startTemporaryDatabase({ settings: { max_connections: 200 } });
    process.env.DATABASE_URL = temporary.url;
  }
  process.stdout.write(
    `${await describeServer(process.env.DATABASE_URL)}${temporary ? ", temporary" : ""}, Node ${process.version}\n`,
  );
}

export async function mochaGlobalTeardown(): Promise<void> {
  await temporary?.stop();
}

async function describeServer(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
  await client.end();
  return `PostgreSQL ${rows[0]?.server_version} at ${new URL(url).host}`;
}
