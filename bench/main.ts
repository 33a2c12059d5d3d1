import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import pg from "pg";
import { DataSource } from "typeorm";
import { startTemporaryDatabase } from "../src/testing/index.js";
import { BARE, benchAttempts } from "./attempts.js";
import { BenchJob } from "./bench-job.js";
import { BARE_INSERT, benchEnqueue } from "./enqueue.js";
import { median, ratios } from "./measure.js";

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const SCHEMA = "typeorm_jobs_bench";

await using database = process.env.DATABASE_URL ? undefined : await startTemporaryDatabase();
const url = process.env.DATABASE_URL ?? database!.url;
const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA}`);
const setUp = new DataSource({ type: "postgres", url, schema: SCHEMA, entities: [BenchJob], synchronize: true });
await setUp.initialize();
await setUp.destroy();

const settings = await client.query(
  "SELECT current_setting('server_version') v, current_setting('fsync') f, current_setting('synchronous_commit') s",
);
const { v, f, s } = settings.rows[0] as { v: string; f: string; s: string };
const lines = [
  "# Results",
  "",
  `PostgreSQL ${v} (fsync ${f}, synchronous_commit ${s}), Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, client and server on the same machine.`,
  `Medians of ${ROUNDS} interleaved rounds; the ratio is the median of the rounds' ratios. Absolute figures move with the machine, ratios hold.`,
  "",
];
report("Attempts: start + succeed, one connection", await benchAttempts(url, SCHEMA, 1, ROUNDS, 400), BARE);
report("Attempts: start + succeed, ten connections", await benchAttempts(url, SCHEMA, 10, ROUNDS, 1500), BARE);
report("Enqueue: 1,000 rows in one statement", await benchEnqueue(url, SCHEMA, ROUNDS * 3), BARE_INSERT);
await client.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
await client.end();
writeFileSync(new URL("../../bench/RESULTS.md", import.meta.url), `${lines.join("\n").trim()}\n`);

function report(title: string, rates: Record<string, number[]>, base: string): void {
  const shares = ratios(rates, base);
  lines.push(`## ${title}`, "", "| | per second | lowest – highest | ratio |", "| --- | --: | --: | --: |");
  for (const [name, values] of Object.entries(rates)) {
    const range = `${Math.round(Math.min(...values))} – ${Math.round(Math.max(...values))}`;
    lines.push(`| ${name} | ${Math.round(median(values))} | ${range} | ${shares[name]!.toFixed(2)} |`);
  }
  lines.push("");
  process.stdout.write(`${lines.slice(lines.indexOf(`## ${title}`)).join("\n")}\n`);
}
