import {
  IgnoreJobError,
  JobAlreadySucceededError,
  JobError,
  JobNotFoundError,
  JobRefusedError,
  ReleaseJobError,
  RetryJobError,
} from "typeorm-jobs";
import { TemporaryDatabaseError } from "typeorm-jobs/testing";
import { IngestJob } from "./entities.js";

const data = { url: "x", version: 0 };

/** Each error as its user meets it; the codes of those that were thrown. */
export async function handleErrors() {
  const codes = [
    await codeOf(IngestJob.start("nobody")),
    await codeOf(IngestJob.run("job-1", () => undefined)),
    await codeOf(IngestJob.enqueue({ id: "job-1", data })),
  ];

  await IngestJob.enqueue(["fails", "skipped", "released", "retried"].map((id) => ({ id, data })));
  const fail = () => {
    throw new Error("the secret is out", { cause: new TypeError("deep") });
  };
  const failed = await messageOf(IngestJob.run("fails", fail));
  await IngestJob.run("fails", fail, { skipError: true });
  await IngestJob.run("skipped", () => {
    throw new IgnoreJobError("not today");
  });
  await IngestJob.run("released", () => {
    throw new ReleaseJobError({ delay: "1h", reason: "busy" });
  });
  const retried = await messageOf(
    IngestJob.run("retried", () => {
      throw new RetryJobError({ delay: 5000, cause: new Error("later") });
    }),
  );

  const job = await IngestJob.findOneByOrFail({ id: "fails" });
  const last = job.errors.at(-1);
  return { codes, failed, retried, kind: job.kind, records: job.errors.length, error: last?.error, cause: last?.cause };
}

async function codeOf(calling: Promise<unknown>): Promise<string> {
  try {
    await calling;
    return "none";
  } catch (error) {
    if (error instanceof JobNotFoundError) return `${error.code} ${String(error.key)}`;
    if (error instanceof JobAlreadySucceededError) return `${error.code} ${error instanceof JobRefusedError}`;
    if (error instanceof TemporaryDatabaseError) return error.problem;
    if (error instanceof JobError) return `${error.code} ${error.jobClass ?? ""}`;
    throw error;
  }
}

async function messageOf(calling: Promise<unknown>): Promise<string> {
  return calling.then(
    () => "none",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
