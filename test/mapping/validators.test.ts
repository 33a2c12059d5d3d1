import { expect } from "chai";
import {
  IsEmail,
  IsInt,
  Max,
  Min,
  registerDecorator,
  ValidateIf,
  type ValidationArguments,
  type ValidationOptions,
} from "class-validator";
import { Column, Entity } from "typeorm";
import { InvalidUpdateError, JobEntity, type Started } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";
import { Recorder } from "./recorder.js";

/** A rule that asks somebody else, as one against a database does. */
function IsFree(options?: ValidationOptions) {
  return (target: object, propertyName: string) =>
    registerDecorator({
      name: "isFree",
      target: target.constructor,
      propertyName,
      async: true,
      ...(options ? { options } : {}),
      validator: {
        validate: async (value: unknown) => {
          await new Promise(setImmediate);
          return value !== "taken";
        },
        defaultMessage: () => `${propertyName} is taken`,
      },
    });
}

/** A rule over two columns. */
function IsAfter(other: string) {
  return (target: object, propertyName: string) =>
    registerDecorator({
      name: "isAfter",
      target: target.constructor,
      propertyName,
      validator: {
        validate: (value: unknown, args?: ValidationArguments) =>
          Number(value) >= Number((args!.object as Record<string, unknown>)[other]),
        defaultMessage: () => `${propertyName} must not be before ${other}`,
      },
    });
}

@Entity()
class CheckedJob extends JobEntity<{ n?: number }> {
  @Column({ type: "int", default: 1 })
  @IsInt()
  @Min(1, { message: "first must be at least 1" })
  @Max(100)
  first!: number;

  @Column({ type: "int", default: 1 })
  last!: number;

  @Column({ type: "int", default: 1 })
  @IsAfter("first")
  end!: number;

  @Column({ type: "text", nullable: true })
  @ValidateIf((job: CheckedJob) => job.mail !== null)
  @IsEmail()
  mail!: string | null;

  @Column({ type: "text", default: "free" })
  @IsFree()
  name!: string;
}

@Entity()
class UncheckedJob extends JobEntity {
  @Column({ type: "int", default: 0 })
  size!: number;
}

describe("class-validator rules", () => {
  const schema = useSchema("mapping_validators");
  const recorder = new Recorder();
  let job: Started<CheckedJob>;

  before(() => schema.connect([CheckedJob, UncheckedJob], { logger: recorder }));
  beforeEach(async () => {
    await schema.sql("DELETE FROM checked_job");
    await CheckedJob.enqueue({ id: "a" });
    job = await CheckedJob.start("a");
  });

  it("of a column run at set, with their own message", async () => {
    const error = await failureOf(() => job.updates.set("first", 0));
    expect(error).to.be.instanceOf(InvalidUpdateError);
    expect(error).to.include({ column: "first", why: "first must be at least 1" });
    expect(await failureOf(() => job.updates.set({ mail: "no mail" }))).to.include({ column: "mail" });
    job.updates.set({ first: 1, mail: "a@example.org" });
    await job.succeed();
    expect(job).to.include({ mail: "a@example.org", kind: "succeeded" });
  });

  it("make set of several columns all or nothing", async () => {
    await failureOf(() => job.updates.set({ last: 7, first: 101 }));
    await job.succeed();
    expect(job).to.include({ last: 1, first: 1 });
  });

  it("see the columns that are set together, and those set before", async () => {
    job.updates.set({ first: 50, end: 60 });
    expect(await failureOf(() => job.updates.set("end", 40))).to.include({ column: "end" });
    await job.succeed();
    expect(job).to.include({ first: 50, end: 60 });
  });

  it("over the whole entity run in succeed, before any statement, and leave the attempt open", async () => {
    job.updates.set("first", 50); // its own rules hold; those of `end` don't any more
    const sent = await recorder.during(async () => {
      expect(await failureOf(() => job.succeed())).to.include({ code: "INVALID_UPDATE", column: "end" });
    });
    expect(sent).to.deep.equal([]);
    expect(await CheckedJob.findOneByOrFail({ id: "a" })).to.include({ status: 20, first: 1 });
    job.updates.set("end", 50);
    await job.succeed();
    expect(job.kind).to.equal("succeeded");
  });

  it("that are asynchronous run in succeed, before any statement", async () => {
    job.updates.set("name", "taken");
    const sent = await recorder.during(async () => {
      const error = await failureOf(() => job.succeed());
      expect(error).to.include({ column: "name", why: "name is taken" });
    });
    expect(sent).to.deep.equal([]);
    job.updates.set("name", "other");
    await job.succeed();
    expect(await CheckedJob.findOneByOrFail({ id: "a" })).to.include({ name: "other", status: 40 });
  });

  it("refused in run fail the attempt with the rule's message", async () => {
    await job.release();
    await failureOf(() => CheckedJob.run("a", (started) => started.updates.set("name", "taken")));
    const row = await CheckedJob.findOneByOrFail({ id: "a" });
    expect(row).to.include({ status: 30, name: "free" });
    expect(row.errors[0]?.error).to.equal("InvalidUpdateError: name: name is taken");
  });

  it("don't stand in the way of other outcomes", async () => {
    job.updates.set("name", "taken");
    await job.fail(new Error("no"));
    expect(job.kind).to.equal("failed");
  });

  it("run at enqueue for the columns that are given", async () => {
    expect(await failureOf(() => CheckedJob.enqueue({ first: 0 }))).to.include({ code: "INVALID_UPDATE" });
    expect(await failureOf(() => CheckedJob.enqueue([{ first: 1 }, { mail: "x" }]))).to.include({ code: "INVALID_UPDATE" });
    expect(await CheckedJob.count()).to.equal(1);
    expect(await CheckedJob.enqueue({ first: 2 })).to.include({ first: 2 });
  });

  it("of one class leave another without any alone", async () => {
    await UncheckedJob.enqueue({ id: "u", size: -1 });
    await UncheckedJob.run("u", (started) => started.updates.set("size", -2));
    expect(await UncheckedJob.findOneByOrFail({ id: "u" })).to.include({ size: -2, status: 40 });
  });
});
