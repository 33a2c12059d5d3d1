import { Entity } from "typeorm";
import { JobEntity, type JobPolicy } from "../../src/index.js";

/** The job of `job-process.ts` and of the tests that start it. */
@Entity({ name: "process_job" })
export class ProcessJob extends JobEntity {
  static override readonly policy: JobPolicy = { expire: 400, heartbeat: 50 };
}
