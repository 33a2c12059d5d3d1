import type { DataSource } from "typeorm";
import { type Duration, type JobCriteria, type JobKind, jobs } from "typeorm-jobs";
import { Doc, IngestJob, Parcel, Shipment } from "./entities.js";

const due: JobCriteria<IngestJob> = { status: ["failed", "ignored"], where: { rows: null } };

/** What an operator does; how many jobs each call was about. */
export async function operate(dataSource: DataSource) {
  const day: Duration = "1d";
  const finished: readonly JobKind[] = ["succeeded", "ignored"];
  const ingests = jobs(IngestJob, dataSource);
  const rerun = await IngestJob.rerun(due);
  const cancelled = await dataSource.transaction((manager) => ingests.cancel({ keys: ["fails", "nobody"] }, { manager }));
  return {
    rerun,
    cancelled,
    reasons: await IngestJob.countByStatus({ by: "reason", dataSource }),
    scheduled: await Parcel.schedule({ key: { no: 2 } }, { delay: 1000 }),
    rerunStep: await Doc.rerun({ status: "succeeded", step: "parse" }, { step: "download" }),
    all: await Shipment.cancel({ all: true }),
    kept: await IngestJob.purge({ status: finished, olderThan: day, limit: 100 }),
    purged: await Shipment.purge({ status: "succeeded", olderThan: 0 }),
    running: (await ingests.findRunning({ olderThan: "1h" })).length,
    expired: (await IngestJob.findExpired()).length,
    rescued: await IngestJob.rescue(),
  };
}
