import type { DataSource, DataSourceOptions } from "typeorm";
import { type JobFailure, type JobRepository, jobs } from "../../src/index.js";
import { type TestSchema, useSchema } from "../support/schema.js";
import { Invoice, OutcomeJob } from "./outcome-job.js";
import { StatementLog } from "./statement-log.js";

type Overrides = Partial<Extract<DataSourceOptions, { type: "postgres" }>>;

/** A row as the database has it. */
export interface RawRow {
  readonly id: string;
  readonly status: number;
  readonly reason: string | null;
  readonly priority: number;
  readonly run_at: Date | null;
  readonly lock: string | null;
  readonly lock_at: Date | null;
  readonly lock_until: Date | null;
  readonly lock_by: string | null;
  readonly fence: number;
  readonly retry: number;
  readonly data: Record<string, unknown>;
  readonly errors: readonly JobFailure[];
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly finished_at: Date | null;
  readonly rows: number | null;
  readonly note: string | null;
}

/** Jobs in a schema of their own, and what a test looks at. */
export interface TestJobs {
  readonly schema: TestSchema;
  readonly source: DataSource;
  readonly jobs: JobRepository<OutcomeJob>;
  /** What `source` sent. */
  readonly log: StatementLog;
  /** Enqueues a job and resolves to its key. */
  pending(): Promise<string>;
  /** The row, read on a connection of the test's own. */
  row(id: string): Promise<RawRow>;
  /** How many invoices with this number were committed. */
  invoices(no: string): Promise<number>;
  /** The statements that wait for a lock in the schema's tables. */
  waiting(): Promise<string[]>;
  /** The same class through another DataSource. */
  through(overrides: Overrides): Promise<{ source: DataSource; jobs: JobRepository<OutcomeJob>; log: StatementLog }>;
}

let count = 0;

/** Gives a `describe` jobs to end. */
export function useJobs(name: string, overrides: Overrides = {}): TestJobs {
  const schema = useSchema(name);
  let main: Awaited<ReturnType<TestJobs["through"]>>;

  const through: TestJobs["through"] = async (own) => {
    const log = new StatementLog();
    const source = await schema.connect([OutcomeJob, Invoice], { poolSize: 4, logger: log, logging: true, ...own });
    log.take();
    return { source, jobs: jobs(OutcomeJob, source), log };
  };

  before(async () => {
    main = await through(overrides);
  });

  return {
    schema,
    get source() {
      return main.source;
    },
    get jobs() {
      return main.jobs;
    },
    get log() {
      return main.log;
    },
    pending: async () => {
      const id = `job-${++count}`;
      await main.jobs.enqueue({ id, data: { url: "u", version: 1 } });
      return id;
    },
    row: async (id) => (await schema.sql<RawRow>("SELECT * FROM outcome_job WHERE id = $1", [id]))[0]!,
    invoices: async (no) => (await schema.sql("SELECT FROM invoice WHERE no = $1", [no])).length,
    waiting: async () => {
      const waiting = "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1";
      return (await schema.sql<{ query: string }>(waiting, [`%${schema.name}%`])).map(({ query }) => query);
    },
    through,
  };
}

/** What a promise rejects with; undefined when it resolves. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("expected it to reject");
}
