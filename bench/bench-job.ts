import { Column, Entity } from "typeorm";
import { JobEntity, type JobPolicy } from "../src/index.js";

/** A job as users have them: data, and a few columns of its own. */
@Entity({ name: "bench_job" })
export class BenchJob extends JobEntity<{ url: string; version: number }> {
  static override readonly policy: JobPolicy = { expire: "60s" };

  @Column({ type: "int", nullable: true })
  rows!: number | null;

  @Column({ type: "varchar", length: 200, nullable: true })
  title!: string | null;
}
