import { expect } from "chai";
import pg from "pg";
import { Column, type DataSource, Entity, PrimaryColumn } from "typeorm";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";

@Entity()
class Note {
  @PrimaryColumn({ type: "int" })
  id!: number;

  @Column({ type: "text" })
  text!: string;
}

const ownPid = "SELECT pg_backend_pid() AS pid";

describe("useSchema", () => {
  let name: string;
  let source: DataSource;
  let client: pg.Client;

  describe("while its tests run", () => {
    const schema = useSchema("Harness");

    it("makes the tables in a schema of its own, which sql() sees", async () => {
      name = schema.name;
      source = await schema.connect([Note], { poolSize: 2 });
      await source.getRepository(Note).insert({ id: 1, text: "one" });
      expect(await schema.sql("SELECT id, text FROM note WHERE id = $1", [1])).to.deep.equal([{ id: 1, text: "one" }]);
      expect(name).to.match(/^harness_[0-9a-f]{8}$/);
      const found = await schema.sql("SELECT table_schema FROM information_schema.tables WHERE table_name = 'note'");
      expect(found).to.deep.include({ table_schema: name });
    });

    it("opens DataSources without connecting them", () => {
      expect(schema.open([Note]).isInitialized).to.equal(false);
    });

    it("survives that the backends of its connections are killed, idle ones and busy ones", async () => {
      client = await schema.client();
      const { rows } = await client.query<{ pid: number }>(ownPid);
      const [pooled] = await source.query<{ pid: number }[]>(ownPid);
      const runner = source.createQueryRunner();
      const [held] = (await runner.query(ownPid)) as { pid: number }[];
      const pids = [rows[0]?.pid, pooled?.pid, held?.pid];
      await schema.sql("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", [pids]);
      const alive = () => schema.sql("SELECT FROM pg_stat_activity WHERE pid = ANY($1)", [pids]);
      await until(async () => (await alive()).length === 0, { what: "the backends to end" });
      await until(
        () =>
          client.query("SELECT 1").then(
            () => false,
            () => true,
          ),
        { what: "the client to notice" },
      );
      await runner.release().catch(() => undefined);
      await until(() => source.query("SELECT 1"), { what: "the pool to get over it" });
    });

    it("may be left with a transaction open", async () => {
      const busy = await schema.client();
      await busy.query("BEGIN; LOCK TABLE note");
    });
  });

  // In a describe of its own: mocha runs the tests of one before the describes in it.
  describe("when they are done", () => {
    it("leaves nothing", async () => {
      expect(source.isInitialized).to.equal(false);
      const observer = new pg.Client({ connectionString: process.env.DATABASE_URL });
      await observer.connect();
      const { rows } = await observer.query("SELECT FROM pg_namespace WHERE nspname = $1", [name]);
      await observer.end();
      expect(rows).to.have.length(0);
    });
  });
});
