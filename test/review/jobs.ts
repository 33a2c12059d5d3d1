import { Column, Entity } from "typeorm";
import { JobEntity, type JobPolicy } from "../../src/index.js";

/** What a transformer throws when it reads, if it is to. */
export const reading: { error: Error | undefined } = { error: undefined };

/** A job with columns of odd names and a transformer that may fail. */
@Entity()
export class Crate extends JobEntity<{ n?: number; tags?: string[] }> {
  static override readonly policy: JobPolicy = { expire: "10m", backoff: { initial: "1s", jitter: 0 } };

  @Column({ type: "varchar", length: 20, nullable: true })
  label!: string | null;

  @Column({ type: "int", nullable: true })
  a!: number | null;

  @Column({ type: "int", nullable: true })
  b!: number | null;

  @Column({ type: "int", nullable: true, name: "a,b" })
  both!: number | null;

  @Column({
    type: "varchar",
    nullable: true,
    transformer: {
      to: (value: string | null) => value,
      from: (value: string | null) => {
        if (value !== null && reading.error) throw reading.error;
        return value;
      },
    },
  })
  secret!: string | null;
}
