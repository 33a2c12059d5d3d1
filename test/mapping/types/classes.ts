/** What the fixtures share: a project's own job classes. */
export const CLASSES = `
import { BaseEntity, Column, Entity, PrimaryColumn } from "typeorm";
import { JobEntity, JobMixin, defineSteps, jobs, type JobPolicy, type Started } from "typeorm-jobs";

@Entity()
export class IngestJob extends JobEntity<{ url: string; version: number; tags?: string[] }> {
  static override readonly policy: JobPolicy = { expire: "60s", maxAttempts: 3 };

  @Column({ type: "int", nullable: true })
  rows!: number | null;

  @Column({ type: "text", default: "" })
  title!: string;

  describe(): string {
    return this.title;
  }
}

@Entity()
export class Order extends JobMixin(BaseEntity) {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "int" })
  no!: number;

  @Column({ type: "int", nullable: true })
  total!: number | null;
}

@Entity()
export class Doc extends JobEntity<{ path: string }> {
  static override readonly steps = defineSteps({ download: 10, parse: 20 });
}

declare const job: Started<IngestJob>;
declare const order: Started<Order>;
`;
