import { BaseEntity, PrimaryColumn } from "typeorm";
import { COLUMN_TYPES } from "../dialect/index.js";
import { JobMixin } from "./job-mixin.js";

/**
 * The base of a job class of its own: `id`, the job columns, and TypeORM's active record. `Data` is what `data` holds.
 *
 * @example
 * @Entity()
 * export class IngestJob extends JobEntity<{ url: string; version: number }> {
 *   static override readonly policy: JobPolicy = { expire: "60s", maxAttempts: 3 };
 *   @Column({ type: "int", nullable: true }) rows!: number | null;
 * }
 */
export abstract class JobEntity<Data extends object = Record<string, unknown>> extends JobMixin(BaseEntity) {
  /** The caller's key; without one, `enqueue` makes a UUIDv7. */
  @PrimaryColumn({ type: COLUMN_TYPES.text, name: "id", length: 255 })
  id!: string;

  declare data: Data;
}
