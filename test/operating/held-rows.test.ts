import { expect } from "chai";
import type pg from "pg";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { OpInvoice, OpJob } from "./jobs.js";
import { enqueueIn, expireLocks, untilWaiting } from "./rows.js";

const ids = Array.from({ length: 50 }, (_, n) => `job-${n}`);

/** Verbs on many rows, how each finds its rows, and what it makes of them. */
const verbs = [
  { name: "rerun", before: "failed", verb: () => OpJob.rerun({ status: "failed" }), after: "pending", stragglers: true },
  { name: "rerun by keys", before: "failed", verb: () => OpJob.rerun({ keys: ids }), after: "pending", stragglers: true },
  { name: "cancel", before: "pending", verb: () => OpJob.cancel({ all: true }), after: "ignored", stragglers: true },
  {
    name: "cancel of running jobs",
    before: "in_progress",
    verb: () => OpJob.cancel({ all: true }),
    after: "ignored",
    stragglers: true,
  },
  { name: "rescue", before: "expired", verb: () => OpJob.rescue(), after: "failed", stragglers: false },
  {
    name: "purge",
    before: "succeeded",
    verb: () => OpJob.purge({ status: "succeeded", olderThan: 0 }),
    after: "gone",
    stragglers: false,
  },
] as const;

describe("a row that somebody holds", () => {
  const schema = useSchema("op_held");
  let holder: pg.Client;

  before(async () => {
    await schema.connect([OpJob, OpInvoice]);
    holder = await schema.client();
  });
  beforeEach(() => schema.sql("TRUNCATE op_job, op_invoice"));
  afterEach(() => holder.query("ROLLBACK"));

  const hold = async () => {
    await holder.query("BEGIN");
    await holder.query("SELECT FROM op_job WHERE id = 'job-7' FOR UPDATE");
  };

  const prepare = async (kind: (typeof verbs)[number]["before"]) => {
    await OpJob.enqueue(ids.map((id) => ({ id })));
    const code = { failed: 30, pending: 10, in_progress: 20, expired: 20, succeeded: 40 }[kind];
    await schema.sql("UPDATE op_job SET status = $1", [code]);
    if (code === 20) await schema.sql("UPDATE op_job SET lock = gen_random_uuid(), lock_until = now() + '1 h', fence = 1");
    if (kind === "expired") await expireLocks(schema, ids);
  };

  /** How many rows besides the held one the verb has settled, as others see it. */
  const settled = async (after: string) => {
    const code = { pending: 10, failed: 30, ignored: 50, gone: 0 }[after];
    const [row] = await schema.sql<{ count: number }>(
      "SELECT count(*) FILTER (WHERE status = $1 OR $1 = 0)::int AS count FROM op_job WHERE id <> 'job-7'",
      [code],
    );
    return after === "gone" ? 49 - row!.count : row!.count;
  };

  for (const { name, before: kind, verb, after, stragglers } of verbs) {
    it(`doesn't keep ${name} from all the others${stragglers ? ", and is taken once it is free" : ""}`, async () => {
      await prepare(kind);
      await hold();
      const done = verb();
      await until(async () => (await settled(after)) === 49, { what: "all the others" });
      if (stragglers) await untilWaiting(schema, 1);
      else expect(await done).to.equal(49);
      // Still held: what was seen above was seen while it was.
      expect((await holder.query("SELECT status FROM op_job WHERE id = 'job-7'")).rowCount).to.equal(1);
      await holder.query("COMMIT");
      expect(await done).to.equal(stragglers ? 50 : 49);
      if (!stragglers) expect(await verb()).to.equal(1);
      expect(await verb()).to.equal(0);
    });
  }

  it("is left alone when it no longer matches once it is free", async () => {
    await enqueueIn("pending", ["job-6", "job-7"]);
    await holder.query("BEGIN");
    await holder.query("UPDATE op_job SET status = 40, run_at = NULL WHERE id = 'job-7'");
    const cancelling = OpJob.cancel({ all: true });
    await untilWaiting(schema, 1);
    await holder.query("COMMIT");
    expect(await cancelling).to.equal(1);
    expect((await OpJob.findOneByOrFail({ id: "job-7" })).kind).to.equal("succeeded");
  });

  it("is waited for when it is named, and is the only one then", async () => {
    await enqueueIn("pending", ["job-7"]);
    await hold();
    const cancelling = OpJob.cancel({ key: "job-7" });
    await untilWaiting(schema, 1);
    await holder.query("COMMIT");
    expect(await cancelling).to.equal(1);
  });

  it("with a composite key is one straggler too", async () => {
    await OpInvoice.enqueue([1, 2, 3].map((no) => ({ tenant: "a", no })));
    await holder.query("BEGIN");
    await holder.query("SELECT FROM op_invoice WHERE no = 2 FOR UPDATE");
    const cancelling = OpInvoice.cancel({ all: true });
    const others = "SELECT FROM op_invoice WHERE no <> 2 AND status = 50";
    await until(async () => (await schema.sql(others)).length === 2, { what: "the others" });
    await untilWaiting(schema, 1);
    await holder.query("COMMIT");
    expect(await cancelling).to.equal(3);
  });

  it("only as the target of a foreign key holds up nobody, not even a rescue", async () => {
    await schema.sql("CREATE TABLE note (job varchar REFERENCES op_job)");
    try {
      await prepare("expired");
      await holder.query("BEGIN");
      await holder.query("INSERT INTO note VALUES ('job-7')");
      expect(await OpJob.rescue()).to.equal(50);
      expect(await OpJob.cancel({ all: true })).to.equal(50);
    } finally {
      await holder.query("ROLLBACK");
      await schema.sql("DROP TABLE note");
    }
  });
});
