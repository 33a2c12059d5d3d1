import { Column, Entity } from "typeorm";
// In a project of your own: "typeorm-jobs". In here that name would mean what was built last, not what is being compiled.
import { JobEntity, type JobPolicy } from "../../src/index.js";

/** One job for each installed package. Its row is the job and the result: what the work finds goes into columns of its own. */
@Entity({ name: "package_job" })
export class PackageJob extends JobEntity<{ path: string }> {
  static override readonly policy: JobPolicy = {
    // Short, so that the demo needn't wait long for the job of the process that it kills. The heartbeat renews it meanwhile.
    expire: "2s",
    // The second try fails as the first did, for files don't change by waiting. Calls over a network deserve more.
    maxAttempts: 2,
    backoff: { initial: "200ms" },
  };

  @Column({ type: "varchar", length: 64, nullable: true })
  version!: string | null;

  @Column({ type: "varchar", length: 64, nullable: true })
  licence!: string | null;

  @Column({ type: "int", nullable: true })
  files!: number | null;

  @Column({ type: "int", nullable: true })
  bytes!: number | null;

  /** Whether it comes with TypeScript declarations. */
  @Column({ type: "boolean", nullable: true })
  types!: boolean | null;

  @Column({ name: "entry_points", type: "text", array: true, nullable: true })
  entryPoints!: string[] | null;

  /** Which of the demo's processes did the work. */
  @Column({ name: "inspected_by", type: "varchar", length: 20, nullable: true })
  inspectedBy!: string | null;
}
