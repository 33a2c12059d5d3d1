/** The entities of an application that uses the package: what its user would write, each way of making a job once. */
import { BaseEntity, Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";
import { defineSteps, JobEntity, type JobFailure, JobMixin, type JobPolicy } from "typeorm-jobs";

@Entity()
export class Invoice extends BaseEntity {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: "varchar", length: 100 }) customer!: string;
}

export interface IngestData {
  readonly url: string;
  readonly version: number;
  readonly tags?: readonly string[];
}

/** A job class of its own. */
@Entity()
export class IngestJob extends JobEntity<IngestData> {
  static override readonly policy: JobPolicy = {
    expire: "5m",
    maxAttempts: 2,
    backoff: { initial: 10, jitter: 0 },
    redact: (record: JobFailure) => ({ ...record, error: record.error.replaceAll("secret", "***") }),
  };

  @Column({ type: "int", nullable: true }) rows!: number | null;
  @Column({ type: "timestamptz", nullable: true }) seenAt!: Date | null;

  /** Users add methods and getters to their entities. */
  get isLarge(): boolean {
    return (this.rows ?? 0) > 1000;
  }

  describe(): string {
    return `${this.id} of ${this.data.url}: ${this.kind}`;
  }
}

/** A pipeline, with the default `data`. */
@Entity()
export class Doc extends JobEntity {
  static override readonly steps = defineSteps({
    download: 10,
    parse: { pending: 20, inProgress: 22, failed: 24, succeeded: 26, ignored: 28 },
  });
}

/** An existing entity with a composite key, a base class of the application's own in between. */
export abstract class Owned extends BaseEntity {
  @Column({ type: "varchar", length: 20, default: "nobody" }) owner!: string;
}

@Entity()
export class Shipment extends JobMixin(Owned) {
  @PrimaryColumn({ type: "varchar", length: 20 }) tenant!: string;
  @PrimaryColumn({ type: "int" }) no!: number;
  @Column({ type: "numeric", nullable: true }) weight!: string | null;
  declare data: { carrier?: string };
}

/** Data mapper: no BaseEntity anywhere. */
class Plain {
  @PrimaryColumn({ type: "int" }) no!: number;
}

@Entity()
export class Parcel extends JobMixin(Plain) {}
