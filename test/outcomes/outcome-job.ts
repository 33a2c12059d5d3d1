import { Column, Entity, PrimaryColumn } from "typeorm";
import { JobEntity, type JobPolicy } from "../../src/index.js";

/** What the tests of outcomes run. */
@Entity()
export class OutcomeJob extends JobEntity<{ url?: string; version?: number }> {
  static override readonly policy: JobPolicy = {
    backoff: { initial: "10s", factor: 3, max: "60s", jitter: 0.5 },
    maxErrors: 4,
  };

  @Column({ type: "int", nullable: true })
  rows!: number | null;

  @Column({ type: "varchar", length: 20, nullable: true })
  note!: string | null;
}

/** Business data that commits with a job. */
@Entity()
export class Invoice {
  @PrimaryColumn({ type: "varchar" })
  no!: string;

  @Column({ type: "int", default: 0 })
  amount!: number;
}
