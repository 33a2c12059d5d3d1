import { BaseEntity, Column, Entity, PrimaryColumn } from "typeorm";
import { defineSteps, JobEntity, JobMixin, type JobPolicy } from "../../src/index.js";

/** The job class of most tests here. */
@Entity()
export class OpJob extends JobEntity<{ n?: number }> {
  static override readonly policy: JobPolicy = { expire: "60s", maxAttempts: 3, maxErrors: 4 };

  @Column({ type: "int", nullable: true })
  rows!: number | null;

  @Column({ type: "varchar", length: 20, nullable: true })
  tenant!: string | null;
}

/** A pipeline: download 10-18, parse 20-28, load 30-38. */
@Entity()
export class OpPipeline extends JobEntity {
  static override readonly steps = defineSteps({ download: 10, parse: 20, load: 30 });
}

/** A key of two columns, given in another order than alphabetical ones would be. */
@Entity()
export class OpInvoice extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "varchar", length: 20 })
  tenant!: string;

  @PrimaryColumn({ type: "int" })
  no!: number;

  @Column({ type: "int", nullable: true })
  total!: number | null;
}
