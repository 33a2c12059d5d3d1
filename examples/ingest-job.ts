import { Column, Entity } from "typeorm";
import { JobEntity, type JobPolicy } from "../src/index.js";

@Entity()
export class IngestJob extends JobEntity<{ url: string; version: number }> {
  static override readonly policy: JobPolicy = { expire: "60s", maxAttempts: 3 };

  @Column({ type: "int", nullable: true })
  rows!: number | null;
}
