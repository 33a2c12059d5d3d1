import { BaseEntity, Column, Entity, PrimaryGeneratedColumn } from "typeorm";
import { JobEntity, JobMixin } from "../../src/index.js";

/** Stored as text, held as an object. */
const money = {
  to: (value: { cents: number } | null | undefined) => value && `${value.cents}c`,
  from: (text: string | null) => text && { cents: Number.parseInt(text, 10) },
};

const shout = { to: (text: string | null | undefined) => text?.toUpperCase() ?? text, from: (text: string | null) => text };

/** A column of every common type. */
@Entity()
export class OpTyped extends JobEntity {
  @Column({ type: "int", nullable: true }) int!: number | null;
  @Column({ type: "smallint", nullable: true }) small!: number | null;
  @Column({ type: "bigint", nullable: true }) big!: string | bigint | number | null;
  @Column({ type: "numeric", precision: 12, scale: 2, nullable: true }) exact!: string | number | null;
  @Column({ type: "real", nullable: true }) real!: number | null;
  @Column({ type: "double precision", nullable: true }) double!: number | null;
  @Column({ type: "boolean", nullable: true }) flag!: boolean | null;
  @Column({ type: "varchar", length: 40, nullable: true }) name!: string | null;
  @Column({ type: "text", nullable: true }) letters!: string | null;
  @Column({ type: "char", length: 3, nullable: true }) fixed!: string | null;
  @Column({ type: "uuid", nullable: true }) uuid!: string | null;
  @Column({ type: "bytea", nullable: true }) blob!: Buffer | null;
  @Column({ type: "enum", enum: ["red", "blue"], nullable: true }) colour!: "red" | "blue" | null;
  @Column({ type: "enum", enum: [1, 2], enumName: "op_size", nullable: true }) size!: 1 | 2 | null;
  @Column({ type: "timestamptz", nullable: true }) at!: Date | null;
  @Column({ type: "timestamp", nullable: true }) local!: Date | null;
  @Column({ type: "date", nullable: true }) day!: string | Date | null;
  @Column({ type: "time", nullable: true }) time!: string | null;
  @Column({ type: "jsonb", nullable: true }) json!: unknown;
  @Column({ type: "json", nullable: true }) plainJson!: unknown;
  @Column({ type: "text", array: true, nullable: true }) tags!: string[] | null;
  @Column({ type: "int", array: true, nullable: true }) numbers!: number[] | null;
  @Column({ type: "timestamptz", array: true, nullable: true }) times!: Date[] | null;
  @Column({ type: "enum", enum: ["red", "blue"], array: true, nullable: true }) colours!: ("red" | "blue")[] | null;
  @Column({ type: "uuid", array: true, nullable: true }) uuids!: string[] | null;
  @Column({ type: "simple-array", nullable: true }) list!: string[] | null;
  @Column({ type: "simple-json", nullable: true }) simple!: object | null;
  @Column({ type: "varchar", nullable: true, transformer: money }) wrapped!: { cents: number } | null;
  @Column({ type: "varchar", nullable: true, transformer: [shout, shout] }) upper!: string | null;
}

/** Columns with defaults, and a key that the database makes. */
@Entity()
export class OpDefaults extends JobMixin(BaseEntity) {
  @PrimaryGeneratedColumn() no!: number;
  @Column({ type: "varchar", default: "it" }) text!: string;
  @Column({ type: "int", default: 5 }) count!: number;
  @Column({ type: "boolean", default: true }) flag!: boolean;
  @Column({ type: "enum", enum: ["red", "blue"], default: "blue" }) colour!: "red" | "blue";
  @Column({ type: "jsonb", default: { a: 1 } }) json!: object;
  @Column({ type: "text", array: true, default: ["x"] }) tags!: string[];
  @Column({ type: "timestamptz", default: () => "now()" }) at!: Date;
}
