import { Column, Entity } from "typeorm";
import { defineSteps, JobEntity } from "../src/index.js";

/** A pipeline on one row: each step can start when the one before has succeeded. */
@Entity()
export class DocumentJob extends JobEntity<{ url: string }> {
  static override readonly steps = defineSteps({ download: 10, parse: 20, load: 30 });

  @Column({ type: "int", nullable: true })
  bytes!: number | null;

  @Column({ type: "text", nullable: true })
  title!: string | null;
}
