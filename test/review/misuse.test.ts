import { setTimeout as wait } from "node:timers/promises";
import { expect } from "chai";
import pg from "pg";
import type { DataSource } from "typeorm";
import { InvalidOptionError, type JobLockedError, JobLockLostError, JobStatus, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { Crate, reading } from "./jobs.js";

describe("what goes wrong around a job", () => {
  const schema = useSchema("review_misuse");
  let source: DataSource;

  before(async () => {
    source = await schema.connect([Crate]);
  });

  it("an outcome that isn't awaited rejects through run alone, and not unhandled", async () => {
    await Crate.enqueue({ id: "floating" });
    const unhandled: unknown[] = [];
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", (reason) => unhandled.push(reason));
    try {
      const error = await Crate.run("floating", async (job) => {
        await schema.sql("UPDATE crate SET lock = gen_random_uuid() WHERE id = 'floating'");
        void job.succeed();
      }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(JobLockLostError);
      await wait(20);
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const listener of listeners) process.on("unhandledRejection", listener);
    }
  });

  it("the same outcome twice is the same promise", async () => {
    await Crate.enqueue({ id: "twice" });
    const job = await Crate.start("twice");
    const first = job.succeed();
    expect(job.succeed()).to.equal(first);
    await first;
  });

  it("fifty attempts follow one signal with one listener, and leave none", async () => {
    const crates = jobs(Crate, source);
    await crates.enqueue(Array.from({ length: 50 }, (_, n) => ({ id: `follow-${n}` })));
    const warnings: Error[] = [];
    const heard = (warning: Error) => warnings.push(warning);
    process.on("warning", heard);
    const controller = new AbortController();
    const added: string[] = [];
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = (type: string, ...rest: [never]) => {
      added.push(type);
      add(type, ...rest);
    };
    const started = await Promise.all(Array.from({ length: 50 }, (_, n) => crates.start(`follow-${n}`, { signal })));
    await started[0]!.succeed();
    controller.abort(new Error("enough"));
    expect(started.slice(1).every((job) => job.signal.reason === signal.reason)).to.equal(true);
    expect(started[0]!.signal.aborted).to.equal(false);
    await Promise.all(started.slice(1).map((job) => job.release()));
    await wait(5);
    process.off("warning", heard);
    expect(added).to.deep.equal(["abort"]);
    expect(warnings).to.deep.equal([]);
  });

  it("a row that no entity can be made of fails its attempt with the cause, and isn't left locked", async () => {
    const crates = jobs(Crate, source);
    await crates.enqueue({ id: "unreadable", secret: "x" });
    reading.error = new Error("no key for this secret");
    const error = await crates.start("unreadable").catch((reason: unknown) => reason);
    expect(error).to.equal(reading.error);
    reading.error = undefined;
    const job = await Crate.findOneByOrFail({ id: "unreadable" });
    expect(job).to.include({ status: JobStatus.Failed, lock: null, retry: 1, fence: 1 });
    expect(job.errors[0]).to.include({ attempt: 1, fence: 1, error: "Error: no key for this secret" });
  });

  it("a success that the instance can't show stands all the same: the row is written", async () => {
    const crates = jobs(Crate, source);
    await crates.enqueue({ id: "unshown" });
    const job = await crates.start("unshown");
    job.updates.set("secret", "y");
    reading.error = new Error("no key for this secret");
    try {
      await job.succeed();
    } finally {
      reading.error = undefined;
    }
    expect(job.kind).to.equal("succeeded");
    const row = await Crate.findOneByOrFail({ id: "unshown" });
    expect(row).to.include({ status: JobStatus.Succeeded, secret: "y" });
    expect(row.errors).to.deep.equal([]);
  });

  it("an application that reads times as text gets Dates all the same", async () => {
    const timestamptz = 1184;
    const parser = pg.types.getTypeParser(timestamptz);
    pg.types.setTypeParser(timestamptz, (text) => text);
    try {
      const crates = jobs(Crate, source);
      const made = await crates.enqueue({ id: "text" });
      const job = await crates.start("text");
      const locked = await crates.start("text").catch((error: unknown) => error);
      expect((locked as JobLockedError).lockUntil).to.be.instanceOf(Date);
      await job.extend();
      for (const time of [made.runAt, made.createdAt, job.lockUntil, job.lockAt, job.updatedAt])
        expect(time).to.be.instanceOf(Date);
      await job.succeed();
      expect(job.finishedAt).to.be.instanceOf(Date);
    } finally {
      pg.types.setTypeParser(timestamptz, parser);
    }
  });

  it("reload of a started job is no unsaved change", async () => {
    const crates = jobs(Crate, source);
    await crates.enqueue({ id: "reloaded", data: { n: 1 } });
    const job = await crates.start("reloaded");
    await job.reload();
    await job.succeed();
    expect(job.status).to.equal(JobStatus.Succeeded);
  });

  it("something else than a manager of this DataSource is refused, not left out", async () => {
    const other = await schema.connect([Crate], { synchronize: false });
    const crates = jobs(Crate, source);
    const refused = async (call: Promise<unknown>) =>
      expect(await call.catch((error: unknown) => error)).to.be.instanceOf(InvalidOptionError);
    await refused(source.transaction((tx) => crates.enqueue({ id: "m" }, { manager: tx.queryRunner as never })));
    await refused(other.transaction((tx) => crates.enqueue({ id: "m" }, { manager: tx })));
    await refused(crates.cancel({ key: "m" }, { manager: {} as never }));
    expect(() => jobs(Crate, undefined as never)).to.throw(InvalidOptionError);
    expect(await schema.sql("SELECT id FROM crate WHERE id = 'm'")).to.deep.equal([]);
    await other.destroy();
  });
});
