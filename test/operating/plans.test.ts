import { expect } from "chai";
import pg from "pg";
import { Column, Entity } from "typeorm";
import { JobEntity, type JobPolicy } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { StatementLog } from "./statement-log.js";

@Entity()
class OpGrown extends JobEntity {
  static override readonly policy: JobPolicy = { expire: "60s", heartbeat: 10, maxAttempts: 100 };

  @Column({ type: "int", nullable: true })
  rows!: number | null;
}

interface Plan {
  "Node Type": string;
  "Shared Hit Blocks"?: number;
  "Shared Read Blocks"?: number;
  "Relation Name"?: string;
  Plans?: Plan[];
}

/** The plan's nodes that read the table of jobs, and how. */
function scans(plan: Plan): string[] {
  const own = plan["Relation Name"] === "op_grown" ? [plan["Node Type"]] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scans)].filter((type) => type !== "ModifyTable" && type !== "LockRows");
}

function literal(value: unknown): string {
  if (value === null) return "NULL";
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map((item) => JSON.stringify(item)).join()}}`);
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value));
}

const verbs: [name: string, call: () => Promise<unknown>, marks: RegExp][] = [
  ["findByStatus of failed jobs", () => OpGrown.findByStatus("failed"), /ORDER BY/],
  ["findByStatus, newest first", () => OpGrown.findByStatus(["failed", "ignored"], { order: "newest", limit: 5 }), /UNION ALL/],
  ["findByStatus of the finished ones", () => OpGrown.findByStatus("succeeded", { olderThan: "1d", limit: 20 }), /ORDER BY/],
  ["findRunning", () => OpGrown.findRunning(), /SELECT/],
  ["findExpired", () => OpGrown.findExpired(), /SELECT/],
  ["rescue", () => OpGrown.rescue(), /SKIP LOCKED/],
  ["rerun of failed jobs", () => OpGrown.rerun({ status: "failed", olderThan: "100d" }), /SKIP LOCKED/],
  ["rerun by keys", () => OpGrown.rerun({ keys: ["failed-1", "failed-2"] }), /SKIP LOCKED/],
  ["cancel by key", () => OpGrown.cancel({ key: "failed-3" }), /UPDATE/],
  ["cancel of running jobs", () => OpGrown.cancel({ status: "in_progress", olderThan: "100d" }), /SKIP LOCKED/],
  ["schedule by key", () => OpGrown.schedule({ key: "failed-4" }), /UPDATE/],
  ["purge of a few", () => OpGrown.purge({ status: ["succeeded", "ignored"], olderThan: "10000d", limit: 8 }), /DELETE/],
];

for (const finished of [10_000, 1_000_000]) {
  describe(`beside ${finished.toLocaleString("en")} finished jobs no sequential scan`, () => {
    const schema = useSchema("op_plans");
    const log = new StatementLog();
    let client: pg.Client;

    before(async function () {
      this.timeout(180_000); // a million rows with four indexes
      await schema.connect([OpGrown], { logger: log, logging: true });
      client = await schema.client();
      const insert = (id: string, status: number, count: number, runAt = "NULL") =>
        client.query(
          `INSERT INTO op_grown (id, status, data, run_at, finished_at, updated_at)
             SELECT '${id}-' || n, ${status}, jsonb_build_object('n', n), ${runAt}, now(), now() - n * interval '1 s'
               FROM generate_series(1, ${count}) AS n`,
        );
      await insert("succeeded", 40, finished);
      await insert("ignored", 50, finished / 100);
      await insert("failed", 30, 50, "now() + interval '1 h'");
      await insert("pending", 10, 50, "now() - interval '1 h'");
      await insert("running", 20, 20);
      await client.query(
        "UPDATE op_grown SET lock = gen_random_uuid(), lock_until = now() + interval '1 h' WHERE status = 20; ANALYZE op_grown",
      );
    });

    /** How a statement reads the table: planned for its values, and planned once for any values. */
    const plansOf = async (text: string, params: unknown[]) => {
      const explain = async (query: pg.QueryConfig | string) => {
        const { rows } = await client.query<{ "QUERY PLAN": { Plan: Plan }[] }>(query as string);
        return scans(rows[0]!["QUERY PLAN"][0]!.Plan);
      };
      const custom = await explain({ text: `EXPLAIN (FORMAT JSON) ${text}`, values: params });
      await client.query(`SET plan_cache_mode = force_generic_plan; PREPARE once AS ${text}`);
      const values = params.length > 0 ? `(${params.map(literal).join(", ")})` : "";
      const generic = await explain(`EXPLAIN (FORMAT JSON) EXECUTE once${values}`);
      await client.query("DEALLOCATE once; RESET plan_cache_mode");
      return [custom, generic];
    };

    const expectIndexes = async (text: string, params: unknown[]) => {
      for (const plan of await plansOf(text, params)) {
        expect(plan, text).to.not.be.empty;
        expect(plan, text).to.not.include("Seq Scan");
      }
    };

    for (const [name, call, marks] of verbs) {
      it(`is made by ${name}`, async () => {
        const [statement] = (await log.during(call)).filter(({ text }) => marks.test(text));
        await expectIndexes(statement!.text, statement!.params);
      });
    }

    /** Blocks of the database that a statement touches: what grows with the table when an index isn't enough. */
    const blocksOf = async (text: string, values: unknown[]) => {
      const explain = { text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values };
      const { rows } = await client.query<{ "QUERY PLAN": { Plan: Plan }[] }>(explain);
      const plan = rows[0]!["QUERY PLAN"][0]!.Plan;
      return (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0);
    };

    it("and no more work either: failed jobs and due ones are a few blocks away", async () => {
      const [failed] = await log.during(() => OpGrown.findByStatus("failed"));
      expect(await blocksOf(failed!.text, failed!.params)).to.be.within(1, 100);
      const due = "SELECT id FROM op_grown WHERE run_at <= now() ORDER BY priority, run_at, id LIMIT 10";
      expect(await blocksOf(due, [])).to.be.within(1, 100);
    });

    it("is made by start, heartbeat, extend, succeed and fail by key", async () => {
      const before = log.statements.length;
      const job = await OpGrown.start("pending-1");
      await until(() => log.statements.some(({ text }) => text.includes("renewed")), { what: "a heartbeat" });
      await job.extend();
      job.updates.set("rows", 1);
      await job.succeed();
      await (await OpGrown.start("pending-2")).fail(new Error("no luck"));
      await (await OpGrown.start("missing", { create: { data: {} } })).release();
      const sent = log.statements.slice(before).filter(({ text }) => text.includes("op_grown"));
      const texts = new Map(sent.map((statement) => [statement.text, statement]));
      expect(texts.size).to.be.at.least(6);
      for (const { text, params } of texts.values()) if (!text.startsWith("INSERT")) await expectIndexes(text, params);
    });

    it("is made by the query for due jobs", async () => {
      const due = "SELECT id FROM op_grown WHERE run_at <= now() ORDER BY priority, run_at, id LIMIT 10";
      await expectIndexes(due, []);
      await expectIndexes(`${due} FOR UPDATE SKIP LOCKED`, []);
      expect((await client.query(due)).rows).to.have.length(10);
    });
  });
}
