import pg from "pg";
import { DataSource } from "typeorm";
import { configureJobs, jobs } from "../src/index.js";
import { BenchJob } from "./bench-job.js";
import { type Contender, interleaved } from "./measure.js";
import { attemptStatements, type Recorded, Recorder } from "./statements.js";

/** What the ratios are against. */
export const BARE = "bare pg, prepared";

/** Start + succeed, one job after the other on each of `connections` connections: ours against the bare driver. */
export async function benchAttempts(url: string, schema: string, connections: number, rounds: number, units: number) {
  const recorder = new Recorder();
  const options = { type: "postgres" as const, url, schema, entities: [BenchJob], poolSize: connections };
  const recorded = await new DataSource({ ...options, logger: recorder, logging: true }).initialize();
  const [start, succeed] = await attemptStatements(recorded, recorder);
  await recorded.destroy();

  const dataSource = await new DataSource(options).initialize();
  const unprepared = await new DataSource(options).initialize();
  configureJobs(unprepared, { preparedStatements: false });
  const pool = new pg.Pool({ connectionString: url, max: connections });
  let next = 0;
  const prepare = async () => {
    const base = next;
    next += units;
    const ids = Array.from({ length: units }, (_, index) => `job-${connections}-${base + index}`);
    await jobs(BenchJob, dataSource).enqueue(ids.map((id) => ({ id, data: { url: "https://example.org", version: 1 } })));
    return ids;
  };
  const spread = async (one: (id: string) => Promise<unknown>, ids: string[]) => {
    const queue = ids.values();
    const worker = async () => {
      for (const id of queue) await one(id);
    };
    await Promise.all(Array.from({ length: connections }, worker));
  };
  const contender = (one: (id: string) => Promise<unknown>): Contender => {
    let ids: string[] = [];
    return {
      fill: async () => {
        ids = await prepare();
      },
      run: () => spread(one, ids),
    };
  };
  const typed = (from: DataSource) => async (id: string) => {
    const job = await jobs(BenchJob, from).start(id);
    await job.succeed();
  };
  const contenders = {
    [BARE]: contender((id) => bare(pool, start, succeed, id)),
    "typeorm-jobs": contender(typed(dataSource)),
    "typeorm-jobs, run()": contender((id) => jobs(BenchJob, dataSource).run(id, () => {})),
    "typeorm-jobs, preparedStatements: false": contender(typed(unprepared)),
    "dataSource.query, no entities": contender((id) => byQuery(dataSource, start, succeed, id)),
  };
  const rates = await interleaved(contenders, rounds, units);
  await Promise.all([dataSource.destroy(), unprepared.destroy(), pool.end()]);
  return rates;
}

async function bare(pool: pg.Pool, start: Recorded, succeed: Recorded, id: string): Promise<void> {
  const lock = crypto.randomUUID();
  const { rows } = await pool.query({ name: "start", text: start.text, values: withIds(start, id, lock) });
  if (rows.length !== 1) throw new Error("not started");
  const done = await pool.query({ name: "succeed", text: succeed.text, values: withIds(succeed, id, lock) });
  if (done.rows.length !== 1) throw new Error("not succeeded");
}

async function byQuery(dataSource: DataSource, start: Recorded, succeed: Recorded, id: string): Promise<void> {
  const lock = crypto.randomUUID();
  await dataSource.query(start.text, withIds(start, id, lock));
  await dataSource.query(succeed.text, withIds(succeed, id, lock));
}

const UUID = /^[0-9a-f]{8}-/;

function withIds(statement: Recorded, id: string, lock: string): unknown[] {
  return statement.values.map((value) =>
    value === "recorded" ? id : typeof value === "string" && UUID.test(value) ? lock : value,
  );
}
