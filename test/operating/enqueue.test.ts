import { expect } from "chai";
import { InvalidOptionError, JobExistsError, JobStatus } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpInvoice, OpJob } from "./jobs.js";
import { rowsOf } from "./rows.js";
import { StatementLog } from "./statement-log.js";
import { thrownBy } from "./thrown-by.js";

describe("enqueue", () => {
  const schema = useSchema("op_enqueue");
  const log = new StatementLog();

  before(() => schema.connect([OpJob, OpInvoice], { logger: log, logging: true }));
  beforeEach(() => schema.sql("TRUNCATE op_job, op_invoice"));

  it("answers one job as TypeORM reads it: pending, due now, never started", async () => {
    const made = await OpJob.enqueue({ id: "a", data: { n: 1 }, rows: 7 });
    expect(made).to.be.instanceOf(OpJob);
    expect(made).to.deep.equal(await OpJob.findOneByOrFail({ id: "a" }));
    expect(made).to.deep.include({ status: JobStatus.Pending, priority: 0, fence: 0, retry: 0, lock: null, errors: [] });
    const [row] = await schema.sql(
      "SELECT run_at = created_at AND created_at = updated_at AND run_at <= clock_timestamp() AS due FROM op_job",
    );
    expect(row).to.deep.equal({ due: true });
  });

  it("makes ids that sort in the order of their making: UUIDs of version 7", async () => {
    const made = await OpJob.enqueue(Array.from({ length: 50 }, (_, n) => ({ data: { n } })));
    const ids = made.map(({ id }) => id);
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids).to.deep.equal([...ids].sort());
    expect(made.map(({ data }) => data.n)).to.deep.equal(Array.from({ length: 50 }, (_, n) => n));
  });

  it("inserts 1,000 jobs in one statement and answers them in the order given, whatever the order of their keys", async () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `job-${(n * 7919) % 1000}`);
    let made: OpJob[] = [];
    const statements = await log.during(async () => {
      made = await OpJob.enqueue(ids.map((id, n) => ({ id, data: { n } })));
    });
    expect(statements).to.have.length(1);
    expect(made.map(({ id }) => id)).to.deep.equal(ids);
    expect(made.map(({ data }) => data.n)).to.deep.equal(ids.map((_, n) => n));
    expect((await rowsOf(ids.slice(0, 20))).map(({ data }) => data.n)).to.deep.equal(ids.slice(0, 20).map((_, n) => n));
    expect(await OpJob.count()).to.equal(1000);
  });

  it("inserts 2,500 jobs in three statements of one transaction", async () => {
    const statements = await log.during(() => OpJob.enqueue(Array.from({ length: 2500 }, (_, n) => ({ id: `${n}` }))));
    expect(statements.map(({ text }) => /^\w+/.exec(text)![0]).filter((verb) => verb !== "WITH")).to.not.include("SELECT");
    expect(statements.filter(({ text }) => text.includes("INSERT INTO"))).to.have.length(3);
    expect(statements.filter(({ text }) => /^(START TRANSACTION|COMMIT)/.test(text))).to.have.length(2);
    expect(await OpJob.count()).to.equal(2500);
  });

  it("inserts none of 2,500 jobs when the last one exists", async () => {
    await OpJob.enqueue({ id: "2499", data: { n: -1 } });
    const error = await thrownBy(JobExistsError, () => OpJob.enqueue(Array.from({ length: 2500 }, (_, n) => ({ id: `${n}` }))));
    expect(error.key).to.equal("2499");
    expect(await OpJob.count()).to.equal(1);
  });

  it("stores runAt as written, delay by the database's clock, and priority", async () => {
    const runAt = new Date("2031-05-06T07:08:09.123Z");
    const [at, later] = await OpJob.enqueue([
      { id: "at", runAt, priority: -3 },
      { id: "later", delay: "90m" },
    ]);
    expect(at).to.deep.include({ runAt, priority: -3 });
    expect(later!.priority).to.equal(0);
    expect(await rowsOf(["at", "later"])).to.deep.equal([at, later]);
    const [row] = await schema.sql(
      "SELECT run_at - created_at = interval '90 minutes' AS delayed FROM op_job WHERE id = 'later'",
    );
    expect(row).to.deep.equal({ delayed: true });
  });

  it("stores a runAt long ago or far ahead as written", async () => {
    const times = ["0099-12-31T23:59:59.999Z", "-000043-03-15T12:00:00.000Z", "+012026-01-01T00:00:00.000Z"].map(
      (at) => new Date(at),
    );
    await OpJob.enqueue(times.map((runAt, n) => ({ id: `${n}`, runAt })));
    expect((await rowsOf(["0", "1", "2"])).map(({ runAt }) => runAt)).to.deep.equal(times);
  });

  it("refuses delay beside runAt, and what is no time", async () => {
    const both = await thrownBy(InvalidOptionError, () => OpJob.enqueue({ delay: 5, runAt: new Date() }));
    expect(both.option).to.equal("delay");
    const late = await thrownBy(InvalidOptionError, () => OpJob.enqueue({ runAt: new Date(Number.NaN) }));
    expect(late.option).to.equal("runAt");
    const second = await thrownBy(InvalidOptionError, () => OpJob.enqueue([{}, { delay: "soon" }]));
    expect(second.option).to.equal("[1].delay");
    expect(await OpJob.count()).to.equal(0);
  });

  it("takes the values as they are at the call, also for the chunks sent later", async () => {
    const data = { n: 1 };
    const enqueued = OpJob.enqueue(Array.from({ length: 1500 }, (_, index) => ({ id: `${index}`, data })));
    data.n = 2;
    const made = await enqueued;
    expect(made.every((job) => job.data.n === 1 && job.data !== data)).to.equal(true);
    expect(await OpJob.findOneByOrFail({ id: "1499" })).to.have.deep.property("data", { n: 1 });
  });

  it("splits large documents over statements that the server can take, all or nothing", async () => {
    const text = "x".repeat(1_000_000);
    const jobs = Array.from({ length: 40 }, (_, n) => ({ id: `${n}`, data: { n, text } as { n: number } }));
    const statements = await log.during(async () => expect(await OpJob.enqueue(jobs)).to.have.length(40));
    const inserts = statements.filter(({ text: sql }) => sql.includes("INSERT INTO"));
    expect(inserts).to.have.length(2);
    for (const { params } of inserts) expect(String(params[0]).length).to.be.below(32_000_001);
    expect(statements.some(({ text: sql }) => sql.startsWith("COMMIT"))).to.equal(true);
    const [row] = await schema.sql("SELECT count(*)::int AS count, min(length(data ->> 'text')) AS length FROM op_job");
    expect(row).to.deep.equal({ count: 40, length: 1_000_000 });
  });

  it("answers nothing for no jobs, and sends nothing", async () => {
    const statements = await log.during(async () => expect(await OpJob.enqueue([])).to.deep.equal([]));
    expect(statements).to.have.length(0);
  });

  it("takes part in the transaction it is given", async () => {
    const failed = OpJob.getRepository().manager.transaction(async (manager) => {
      await OpJob.enqueue(
        Array.from({ length: 1001 }, (_, n) => ({ id: `${n}` })),
        { manager },
      );
      throw new RangeError("undone");
    });
    await thrownBy(RangeError, () => failed);
    expect(await OpJob.count()).to.equal(0);
  });
});
