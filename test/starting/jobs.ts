import { Column, Entity, PrimaryColumn, VersionColumn } from "typeorm";
import { defineSteps, JobEntity, JobMixin, type JobPolicy } from "../../src/index.js";

/**
 * The job of these tests. Nothing waits for its backoff: `start` ignores it. Locks last long enough that no heartbeat comes within a
 * test, which would move rows and wait for locks: where a lock is to expire the tests say so.
 */
@Entity()
export class Parcel extends JobEntity<{ n?: number }> {
  static override readonly policy: JobPolicy = { expire: "10m", maxAttempts: 3, backoff: { initial: "1s", jitter: 0 } };

  @Column({ type: "int", nullable: true })
  weight!: number | null;
}

/** A pipeline of three steps on one row. */
@Entity()
export class Paper extends JobEntity<{ n?: number }> {
  static override readonly policy: JobPolicy = { expire: "10m" };

  static override readonly steps = defineSteps({
    download: 10,
    parse: 20,
    load: { pending: 30, inProgress: 32, failed: 34, succeeded: 36, ignored: 38 },
  });
}

/** A job with a key of two columns, and a version column. */
@Entity()
export class Line extends JobMixin(class Plain {}) {
  @PrimaryColumn({ type: "varchar", length: 20 })
  tenant!: string;

  @PrimaryColumn({ type: "int" })
  no!: number;

  @VersionColumn({ type: "int" })
  version!: number;
}

/** Business data that jobs write. */
@Entity()
export class Receipt {
  @PrimaryColumn({ type: "varchar" })
  id!: string;

  @Column({ type: "varchar" })
  by!: string;
}

export const entities = [Parcel, Paper, Line, Receipt];
