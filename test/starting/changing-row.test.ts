import { expect } from "chai";
import type pg from "pg";
import { JobLockedError, type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { entities, Parcel } from "./jobs.js";
import { storedJob, untilWaiting } from "./rows.js";
import { thrownBy } from "./thrown.js";

const HOLD = "UPDATE parcel SET lock = gen_random_uuid(), lock_until = now() + interval '1h', lock_by = 'other:1'";
const FREE = "UPDATE parcel SET lock = NULL, lock_until = NULL, lock_by = NULL";

describe("A job that changes between a start and the question why it was refused", () => {
  const schema = useSchema("changing_row");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  /** A connection that gets the whole table to itself as soon as the statements before it are done. */
  async function queue(): Promise<{ client: pg.Client; mine: Promise<unknown> }> {
    const client = await schema.client();
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await client.query("BEGIN");
    const mine = client.query("LOCK TABLE parcel IN ACCESS EXCLUSIVE MODE");
    const inLine = async () =>
      (await schema.sql("SELECT 1 FROM pg_locks WHERE pid = $1 AND mode = 'AccessExclusiveLock'", [rows[0]!.pid])).length > 0;
    await until(inLine, { what: "a connection to stand in line for the table", timeout: 20_000 });
    return { client, mine };
  }

  /** Starts the job and changes its row before each statement that the start sends. */
  async function startWhile(id: string, changes: readonly string[]): Promise<unknown> {
    let current = await queue();
    await current.mine;
    const starting = parcels.start(id).then(
      (job) => job,
      (error: unknown) => error,
    );
    for (const [index, change] of changes.entries()) {
      await untilWaiting(schema, 1);
      const next = index + 1 < changes.length ? await queue() : undefined;
      await current.client.query(`${change} WHERE id = $1`, [id]);
      await current.client.query("COMMIT");
      if (!next) break;
      await next.mine;
      current = next;
    }
    return starting;
  }

  it("is tried again when it has become startable", async () => {
    await parcels.enqueue({ id: "twice" });
    expect(await startWhile("twice", [HOLD, FREE, FREE])).to.include({ id: "twice", kind: "in_progress", fence: 1 });
  });

  it("is tried three times at most, and is then as good as locked", async () => {
    await parcels.enqueue({ id: "thrice" });
    const error = await startWhile("thrice", [HOLD, FREE, HOLD, FREE, HOLD, FREE]);
    await thrownBy(Promise.reject(error), JobLockedError);
    expect(error).to.include({ key: "thrice", lockBy: null, lockUntil: null });
    expect((await storedJob(schema, "parcel", "thrice")).job).to.include({ status: 10, fence: 0, lock: null });
  });
});
