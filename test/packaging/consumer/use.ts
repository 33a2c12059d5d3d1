import type { DataSource } from "typeorm";
import { type JobRepository, type JobRow, JobStatus, jobs, type Started, type Work } from "typeorm-jobs";
import { Doc, IngestJob, Invoice, Parcel, Shipment } from "./entities.js";

/** A handler of its own, as users factor them out; exported with inferred types, so that declarations can name them. */
export const ingest = async (job: Started<IngestJob>) => {
  const { url }: { readonly url: string } = job.data;
  job.updates.set("rows", url.length);
  return url;
};
export const open = (key: string) => IngestJob.start(key, { expire: "1m" });
export const describe: Work<IngestJob, string> = (job) => `${job.kind} ${job.data.tags?.[0] ?? "untagged"}`;

export async function start() {
  const enqueued = await IngestJob.enqueue({ id: "job-1", data: { url: "https://example.org", version: 0 }, seenAt: null });
  const many: IngestJob[] = await IngestJob.enqueue(
    [
      { id: "job-2", data: { url: "2", version: 0, tags: ["b"] }, priority: 5 },
      { data: { url: "3", version: 0 }, delay: "1h" },
    ],
    { onConflict: "ignore" },
  );
  const ran: string | undefined = await IngestJob.run("job-1", ingest);

  {
    await using job = await open("job-2");
    job.updates.set({ rows: 7, seenAt: new Date(0), priority: 1 });
    job.updates.merge("data", { version: 1 });
    job.updates.write(async (tx) => {
      await tx.insert(Invoice, { customer: job.data.url });
    });
    job.signal.throwIfAborted();
    await job.extend("2m");
    await job.succeed();
  }
  // `await using` takes null.
  await using none = await IngestJob.tryStart("job-2");

  const created = await IngestJob.run("job-4", describe, { create: { data: { url: "4", version: 0, tags: ["new"] } } });
  const [two] = await IngestJob.findBy({ id: "job-2", status: JobStatus.Succeeded });
  return {
    enqueued: enqueued?.id,
    uuid: many[1]?.id.length,
    ran,
    none,
    created,
    two: two && { rows: two.rows, data: two.data, seenAt: two.seenAt, text: two.describe(), isLarge: two.isLarge },
    invoices: await Invoice.countBy({ customer: "2" }),
  };
}

export async function runSteps() {
  await Doc.enqueue({ id: "doc", data: { any: ["json"] } });
  await Doc.run("doc", (job) => job.updates.merge("data", { size: 3 }), { step: "download" });
  const halfway = await Doc.countByStatus({ by: "step" });
  const step = await Doc.run("doc", (job) => job.step);
  const doc = await Doc.findOneByOrFail({ id: "doc" });
  return { waiting: halfway.download?.succeeded, step, status: doc.status === Doc.steps.parse.succeeded, data: doc.data };
}

export async function mixIn() {
  await Shipment.enqueue({ tenant: "acme", no: 1, owner: "ann", data: { carrier: "pigeon" } });
  const fence = await Shipment.run({ tenant: "acme", no: 1 }, async (job) => {
    job.updates.set("weight", "12.5");
    return job.fence;
  });
  const [shipment] = await Shipment.findByStatus("succeeded", { limit: 1, order: "newest" });
  return { fence, weight: shipment?.weight, owner: shipment?.owner, carrier: shipment?.data.carrier };
}

export async function mapData(dataSource: DataSource) {
  const parcels: JobRepository<Parcel> = jobs(Parcel, dataSource);
  await parcels.enqueue([{ no: 1 }, { no: 2 }]);
  await parcels.run({ no: 1 }, kindOf);
  const counts: Record<string, number> = await parcels.countByStatus();
  return counts;
}

/** Code for jobs of any class. */
function kindOf<T extends JobRow>(job: Started<T>): string {
  return `${job.kind} ${job.lock.length}`;
}
