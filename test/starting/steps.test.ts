import { expect } from "chai";
import {
  InvalidOptionError,
  JobAlreadySucceededError,
  JobIgnoredError,
  JobNotReadyToStartError,
  type JobRepository,
  jobs,
} from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { entities, Paper } from "./jobs.js";
import { databaseNow, lapse, storedJob } from "./rows.js";
import { thrownBy } from "./thrown.js";

describe("A pipeline of three steps", () => {
  const schema = useSchema("steps");
  let papers: JobRepository<Paper>;

  before(async () => {
    papers = jobs(Paper, await schema.connect(entities));
  });

  const stored = async (id: string) => (await storedJob(schema, "paper", id)).job;
  const fail = (id: string, step: string) =>
    thrownBy(
      papers.run(
        id,
        () => {
          throw new RangeError("no");
        },
        { step },
      ),
      RangeError,
    );

  it("runs one step after the other on one row, due again after each but the last", async () => {
    await papers.enqueue({ id: "whole" });
    expect(await stored("whole")).to.include({ status: 10 });
    for (const [step, code] of [
      ["download", 16],
      ["parse", 26],
      ["load", 36],
    ] as const) {
      expect(await papers.run("whole", (job) => job.step, { step })).to.equal(step);
      const row = await stored("whole");
      expect(row).to.include({ status: code, retry: 0, reason: null, lock: null });
      const now = await databaseNow(schema);
      const [due] = await schema.sql<{ due: boolean | null }>("SELECT run_at <= $1 AS due FROM paper WHERE id = 'whole'", [
        now,
      ]);
      expect(due!.due).to.equal(step === "load" ? null : true);
    }
    await thrownBy(papers.start("whole"), JobAlreadySucceededError);
  });

  it("starts the step that the row is due for when none is asked", async () => {
    await papers.enqueue({ id: "due" });
    for (const step of ["download", "parse", "load"]) {
      const job = await papers.start("due");
      expect(job).to.include({ step, kind: "in_progress" });
      await job.succeed();
      expect(job).to.include({ step, kind: "succeeded" });
    }
  });

  it("refuses a step that it has passed: it has succeeded already, however the later one stands", async () => {
    await papers.enqueue({ id: "passed" });
    await papers.run("passed", () => {}, { step: "download" });
    const asked = () => thrownBy(papers.start("passed", { step: "download" }), JobAlreadySucceededError);
    await asked();
    for (const status of [20, 22, 24, 26, 28, 30, 36, 38]) {
      await schema.sql("UPDATE paper SET status = $1 WHERE id = 'passed'", [status]);
      const before = await storedJob(schema, "paper", "passed");
      expect(await asked()).to.include({ key: "passed" });
      expect(await papers.tryStart("passed", { step: "download" })).to.equal(null);
      expect(await storedJob(schema, "paper", "passed")).to.deep.equal(before);
    }
  });

  it("refuses a step that it has not reached, and tells from where it would start", async () => {
    await papers.enqueue({ id: "early" });
    for (const status of [10, 12, 14, 18]) {
      await schema.sql("UPDATE paper SET status = $1 WHERE id = 'early'", [status]);
      const before = await storedJob(schema, "paper", "early");
      const error = await thrownBy(papers.start("early", { step: "parse" }), JobNotReadyToStartError);
      expect(error).to.include({ status });
      expect(error.ready).to.deep.equal(["parse pending (20)", "parse failed (24)", "download succeeded (16)"]);
      expect(await papers.tryStart("early", { step: "load" })).to.equal(null);
      expect(await storedJob(schema, "paper", "early")).to.deep.equal(before);
    }
  });

  it("stays in its step when it fails, until it is ignored there", async () => {
    await papers.enqueue({ id: "fails" });
    await papers.run("fails", () => {}, { step: "download" });
    await fail("fails", "parse");
    expect(await stored("fails")).to.include({ status: 24, retry: 1, reason: "RangeError" });
    expect(await papers.start("fails")).to.include({ step: "parse" });
    await lapse(schema, "paper", "fails");
    expect(await papers.start("fails")).to.include({ status: 22, retry: 2, fence: 4 });
    await lapse(schema, "paper", "fails");
    await thrownBy(papers.start("fails", { step: "parse" }), JobIgnoredError);
    expect(await stored("fails")).to.include({ status: 28, retry: 3, reason: "exhausted", lock: null });
    expect(await thrownBy(papers.start("fails"), JobIgnoredError)).to.include({ reason: "exhausted" });
    await thrownBy(papers.start("fails", { step: "parse" }), JobIgnoredError);
    await thrownBy(papers.start("fails", { step: "load" }), JobNotReadyToStartError);
    await thrownBy(papers.start("fails", { step: "download" }), JobAlreadySucceededError);
  });

  it("stays in its step when it is released, rescued, ignored or rerun", async () => {
    await papers.enqueue({ id: "stays" });
    await papers.run("stays", () => {}, { step: "download" });
    await (await papers.start("stays")).release();
    expect(await stored("stays")).to.include({ status: 20, retry: 0 });
    await papers.start("stays");
    await lapse(schema, "paper", "stays");
    expect(await papers.rescue()).to.equal(1);
    expect(await stored("stays")).to.include({ status: 24, retry: 1 });
    await (await papers.start("stays")).ignore("not wanted");
    expect(await stored("stays")).to.include({ status: 28 });
    expect(await papers.rerun({ key: "stays" })).to.equal(1);
    expect(await stored("stays")).to.include({ status: 20, retry: 0, reason: null });
    await papers.run("stays", () => {});
    expect(await stored("stays")).to.include({ status: 26 });
  });

  it("goes back to the step that a rerun names, and on from there", async () => {
    await papers.enqueue({ id: "back" });
    for (const step of ["download", "parse"]) await papers.run("back", () => {}, { step });
    await fail("back", "load");
    expect(await papers.rerun({ key: "back" }, { step: "download" })).to.equal(1);
    expect(await stored("back")).to.include({ status: 10, retry: 0 });
    await thrownBy(papers.start("back", { step: "load" }), JobNotReadyToStartError);
    const steps: (string | undefined)[] = [];
    for (let step = 0; step < 3; step++) await papers.run("back", (job) => steps.push(job.step));
    expect(steps).to.deep.equal(["download", "parse", "load"]);
    expect(await stored("back")).to.include({ status: 36 });
  });

  it("counts the attempts of each step by themselves", async () => {
    await papers.enqueue({ id: "counted" });
    for (const step of ["download", "parse", "load"]) {
      await fail("counted", step);
      await fail("counted", step);
      await papers.run("counted", () => {}, { step });
      expect(await stored("counted")).to.include({ retry: 0 });
    }
    expect(await stored("counted")).to.include({ status: 36, fence: 9 });
  });

  it("refuses a step that the class doesn't have, and names the nearest", async () => {
    const error = await thrownBy(papers.start("any", { step: "prase" }), InvalidOptionError);
    expect(error).to.include({ option: "step", got: "prase" });
    expect(error.message).to.include('did you mean "parse"');
    for (const step of ["", 20, null]) await thrownBy(papers.start("any", { step: step as string }), InvalidOptionError);
  });
});
