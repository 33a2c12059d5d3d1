/** What users must not get past the compiler. The line after each mark has the error it names, and there are no others. */
import { Column, Entity } from "typeorm";
import { defineSteps, JobEntity, type JobPolicy, jobs, type ManagedColumn } from "typeorm-jobs";
import { Doc, IngestJob, Shipment } from "./entities.js";

declare const dataSource: import("typeorm").DataSource;

export async function refused() {
  await using job = await IngestJob.start("job-1");

  // @ts-expect-error TS2345: no such column
  job.updates.set("row", 1);
  // @ts-expect-error TS2345: a value of another type
  job.updates.set("rows", "many");
  // @ts-expect-error TS2561: no such column in an object
  job.updates.set({ rows: 1, row: 2 });
  // @ts-expect-error TS2345: a managed column
  job.updates.set("status", 40);
  // @ts-expect-error TS2345: the key
  job.updates.set("id", "job-2");
  // @ts-expect-error TS2345: a method
  job.updates.set("describe", () => "");
  // @ts-expect-error TS2561: not in the data
  job.updates.merge("data", { varsion: 1 });
  // @ts-expect-error TS2345: a callback that waits for nothing
  job.updates.write(() => {});

  // @ts-expect-error TS2540: columns of a started job are read-only
  job.rows = 1;
  // @ts-expect-error TS2540: data too
  job.data.version = 2;
  // @ts-expect-error TS2339: at every depth
  job.data.tags?.push("b");
  // @ts-expect-error TS2540: managed columns, always
  new IngestJob().status = 40;
  // @ts-expect-error TS2339: a job that isn't started has no updates
  new IngestJob().updates;

  // @ts-expect-error TS2684: the abstract class itself
  await JobEntity.start("job-1");
  // @ts-expect-error TS2345: a key of another type
  await IngestJob.start(1);
  // @ts-expect-error TS2353: a key that names no column
  await Shipment.start({ tenant: "acme", number: 1 });
  // @ts-expect-error TS2561: no such option
  await IngestJob.start("job-1", { expires: "1m" });
  // @ts-expect-error TS2769: data of another shape
  await IngestJob.enqueue({ data: { url: 1, version: 0 } });
  // @ts-expect-error TS2769: no such conflict rule
  await IngestJob.enqueue({ data: { url: "", version: 0 } }, { onConflict: "update" });
  // @ts-expect-error TS2345: no such kind
  await IngestJob.findByStatus("done");
  // @ts-expect-error TS2561: no such column
  await IngestJob.rerun({ where: { row: 1 } });
  // @ts-expect-error TS2322: all, or leave it out
  await IngestJob.cancel({ all: false });
  // @ts-expect-error TS2345: purge needs to be told what
  await IngestJob.purge({ limit: 1 });
  // @ts-expect-error TS2339: steps have the names they were given
  Doc.steps.load;
  // @ts-expect-error TS2345: no job class
  jobs(Date, dataSource);
  // @ts-expect-error TS2322: a number of attempts is no text
  const policy: JobPolicy = { maxAttempts: "3" };
  // @ts-expect-error TS2322: users write `data`
  const managed: ManagedColumn = "data";
  // @ts-expect-error TS2322: a step has five codes
  defineSteps({ load: { pending: 1, inProgress: 2, failed: 3, succeeded: 4 } });
  return [policy, managed];
}

@Entity()
// @ts-expect-error TS2417: a policy that is none
export class Wrong extends JobEntity {
  static override readonly policy = { expire: true };
  @Column({ type: "int" }) rows!: number;
}
