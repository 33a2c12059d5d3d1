import pg from "pg";
import { DataSource } from "typeorm";
import { jobs } from "../src/index.js";
import { BenchJob } from "./bench-job.js";
import { type Contender, interleaved } from "./measure.js";

export const BARE_INSERT = "bare INSERT … SELECT FROM jsonb_to_recordset";

const COUNT = 1000;

/** 1,000 rows in one statement: ours (checked, hydrated) against the bare driver with the same columns. */
export async function benchEnqueue(url: string, schema: string, rounds: number) {
  const dataSource = await new DataSource({ type: "postgres", url, schema, entities: [BenchJob], poolSize: 1 }).initialize();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  let next = 0;
  const rows = () =>
    Array.from({ length: COUNT }, () => ({
      id: `enqueued-${next++}`,
      data: { url: "https://example.org/a/b", version: 1 },
      rows: 7,
    }));
  const contender = (insert: (given: ReturnType<typeof rows>) => Promise<unknown>): Contender => {
    let given: ReturnType<typeof rows> = [];
    return {
      fill: async () => {
        given = rows();
      },
      run: () => insert(given),
    };
  };
  const table = `"${schema}"."bench_job"`;
  const text =
    `INSERT INTO ${table} (id, data, rows, status, run_at, created_at, updated_at) ` +
    "SELECT id, data, rows, 10, statement_timestamp(), statement_timestamp(), statement_timestamp() " +
    "FROM jsonb_to_recordset($1::jsonb) AS r(id varchar, data jsonb, rows int)";
  const bare = (given: ReturnType<typeof rows>) => pool.query({ name: "insert", text, values: [JSON.stringify(given)] });
  const contenders = {
    [BARE_INSERT]: contender(bare),
    "the same, RETURNING every column": contender((given) =>
      pool.query({ name: "returning", text: `${text} RETURNING *`, values: [JSON.stringify(given)] }),
    ),
    "typeorm-jobs enqueue()": contender((given) => jobs(BenchJob, dataSource).enqueue(given)),
    "TypeORM insert()": contender((given) => dataSource.getRepository(BenchJob).insert(given)),
  };
  const rates = await interleaved(contenders, rounds, COUNT);
  await Promise.all([dataSource.destroy(), pool.end()]);
  return rates;
}
