import { expect } from "chai";
import { Entity } from "typeorm";
import { JobEntity, type JobPolicy, type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";

let redact: JobPolicy["redact"];

@Entity()
class RecordJob extends JobEntity {
  static override readonly policy: JobPolicy = {
    maxAttempts: 100,
    maxErrors: 3,
    captureLimit: 2_048,
    redact: (record) => (redact ? redact(record) : record),
  };
}

@Entity()
class OneErrorJob extends JobEntity {
  static override readonly policy: JobPolicy = { maxAttempts: 100, maxErrors: 1 };
}

describe("the records of failed attempts", () => {
  const schema = useSchema("records");
  let records: JobRepository<RecordJob>;
  let ones: JobRepository<OneErrorJob>;

  before(async () => {
    const source = await schema.connect([RecordJob, OneErrorJob]);
    records = jobs(RecordJob, source);
    ones = jobs(OneErrorJob, source);
  });

  afterEach(() => {
    redact = undefined;
  });

  it("are kept up to maxErrors, the newest, newest last", async () => {
    await records.enqueue({ id: "five" });
    for (let index = 1; index <= 5; index++) await fail(records, "five", new Error(`${index}`));
    const { errors } = (await records.findByStatus("failed"))[0]!;
    expect(errors.map(({ attempt, fence, error }) => [attempt, fence, error])).to.deep.equal([
      [3, 3, "Error: 3"],
      [4, 4, "Error: 4"],
      [5, 5, "Error: 5"],
    ]);
  });

  it("are one where maxErrors is 1", async () => {
    await ones.enqueue({ id: "one" });
    for (const message of ["a", "b"]) await fail(ones, "one", new Error(message));
    const { errors } = (await ones.findByStatus("failed"))[0]!;
    expect(errors.map(({ error }) => error)).to.deep.equal(["Error: b"]);
  });

  it("are cut to the captureLimit, the time included", async () => {
    const error = new Error("m".repeat(5_000), { cause: new Error("c".repeat(5_000)) });
    const record = await recordOf("cut", error);
    expect(Buffer.byteLength(JSON.stringify(record))).to.be.at.most(2_048);
    expect(record.traceback).to.match(/\n {4}at .*records\.test/);
  });

  it("are seen by policy.redact before they are stored, whose answer is stored", async () => {
    let seen: unknown;
    redact = (record) => {
      seen = { ...record };
      return {
        ...record,
        error: record.error.replaceAll("hunter2", "***"),
        traceback: record.traceback.replaceAll("hunter2", "***"),
      };
    };
    const record = await recordOf("redacted", new Error("password hunter2"));
    expect(seen).to.deep.include({ attempt: 1, fence: 1, error: "Error: password hunter2" });
    expect(record.error).to.equal("Error: password ***");
    expect(JSON.stringify(record)).not.to.include("hunter2");
  });

  it("lose all text but the error's name when redact throws or answers nonsense: never a second failure", async () => {
    const answers = [
      () => {
        throw new Error("hunter2");
      },
      () => undefined as never,
      () => ({ error: 1, traceback: 2 }) as never,
    ];
    for (const [index, answer] of answers.entries()) {
      redact = answer;
      const record = await recordOf(`nonsense-${index}`, new TypeError("hunter2"));
      expect(record.error).to.equal("TypeError");
      expect(JSON.stringify(record)).not.to.include("hunter2");
    }
  });

  it("keep their fence and number whatever redact answers: settling relies on them", async () => {
    redact = (record) => ({ ...record, fence: 99, attempt: 99, at: "never", error: "\0" });
    const record = await recordOf("numbers", new Error("boom"));
    expect(record).to.include({ fence: 1, attempt: 1, error: "\ufffd" });
    expect(Date.parse(record.at)).to.be.a("number").and.not.NaN;
  });

  it("carry the database's time in UTC, whatever the session's time zone is", async () => {
    const source = await schema.connect([RecordJob], { extra: { options: "-c TimeZone=Asia/Kathmandu" } });
    await records.enqueue({ id: "zone" });
    const job = await jobs(RecordJob, source).start("zone");
    await job.fail(new Error("boom"));
    expect(Math.abs(Date.parse(job.errors[0]!.at) - job.updatedAt.getTime())).to.be.below(1_000);
  });

  async function recordOf(id: string, error: unknown) {
    await records.enqueue({ id });
    const job = await fail(records, id, error);
    return job.errors[0]!;
  }

  async function fail(repository: JobRepository<RecordJob> | JobRepository<OneErrorJob>, id: string, error: unknown) {
    const job = await repository.start(id);
    await job.fail(error);
    return job;
  }
});
