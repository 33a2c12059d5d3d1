import { randomBytes } from "node:crypto";
import pg from "pg";
import { DataSource, type DataSourceOptions } from "typeorm";
import { endTestSources } from "./end-test-sources.js";

type PostgresOptions = Extract<DataSourceOptions, { type: "postgres" }>;
type Entities = NonNullable<DataSourceOptions["entities"]>;

/** A schema of a test file's own; all that it hands out is closed when the tests around it are done. */
export interface TestSchema {
  readonly name: string;
  /** An initialised DataSource of these entities, their tables made in this schema; a pool of 10 unless `overrides` says else. */
  connect(entities: Entities, overrides?: Partial<PostgresOptions>): Promise<DataSource>;
  /** The same, not initialised yet. */
  open(entities: Entities, overrides?: Partial<PostgresOptions>): DataSource;
  /** Runs one statement on connections of its own, `search_path` set to this schema, and resolves to the rows. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** A raw connection of its own, `search_path` set to this schema. */
  client(): Promise<pg.Client>;
}

/** Gives the tests of the `describe` it is called in a schema of their own, and drops it after them. */
export function useSchema(name: string): TestSchema {
  const schema = `${name}_${randomBytes(4).toString("hex")}`.toLowerCase();
  const sources: DataSource[] = [];
  const clients: pg.Client[] = [];
  let pool: pg.Pool;

  const connection = () => ({ connectionString: databaseUrl(), options: `-c search_path=${schema}` });

  before(async () => {
    pool = new pg.Pool({ ...connection(), max: 4 });
    pool.on("error", ignore);
    await pool.query(`CREATE SCHEMA ${schema}`);
  });

  after(async () => {
    await endTestSources(sources);
    await Promise.all(clients.map((client) => client.end().catch(ignore)));
    await endBackends(pool, schema);
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await pool.end();
  });

  const open: TestSchema["open"] = (entities, overrides = {}) => {
    const options = { url: databaseUrl(), schema, synchronize: true, poolSize: 10, poolErrorHandler: ignore, entities };
    const source = new DataSource({ ...options, ...overrides, type: "postgres" });
    sources.push(source);
    return source;
  };

  return {
    name: schema,
    open,
    connect: (entities, overrides) => open(entities, overrides).initialize(),
    sql: async <Row extends pg.QueryResultRow>(text: string, params: readonly unknown[] = []) =>
      (await pool.query<Row>(text, [...params])).rows,
    client: async () => {
      const client = new pg.Client(connection());
      client.on("error", ignore);
      clients.push(client);
      await client.connect();
      return client;
    },
  };
}

/** A connection that a test kills reports it here as well as to its statement; unheard, the event would end the test process. */
function ignore(): void {}

function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set: these tests run under mocha with test/support/global.js");
  return url;
}

/** Ends what killed processes and cut connections left running in the schema: its locks would hold up the drop. */
async function endBackends(pool: pg.Pool, schema: string): Promise<void> {
  await pool.query(
    `SELECT pg_terminate_backend(pid, 5000)
       FROM (SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
              WHERE c.relnamespace = $1::regnamespace AND l.pid <> pg_backend_pid()
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS holders`,
    [schema],
  );
}
