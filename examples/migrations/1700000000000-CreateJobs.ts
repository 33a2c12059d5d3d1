import type { MigrationInterface, QueryRunner } from "typeorm";

export class CreateJobs1700000000000 implements MigrationInterface {
  name = "CreateJobs1700000000000";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE "document_job" ("status" integer NOT NULL DEFAULT '10', "reason" character varying(64), "priority" integer NOT NULL DEFAULT '0', "run_at" TIMESTAMP WITH TIME ZONE, "lock" uuid, "lock_at" TIMESTAMP WITH TIME ZONE, "lock_until" TIMESTAMP WITH TIME ZONE, "lock_by" character varying(128), "fence" integer NOT NULL DEFAULT '0', "retry" integer NOT NULL DEFAULT '0', "data" jsonb NOT NULL DEFAULT '{}', "errors" jsonb NOT NULL DEFAULT '[]', "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "finished_at" TIMESTAMP WITH TIME ZONE, "id" character varying(255) NOT NULL, "bytes" integer, "title" text, CONSTRAINT "PK_baea0038ec23192dfee8debbd3a" PRIMARY KEY ("id"))`,
    );
    await queryRunner.query(`CREATE INDEX "IDX_9957e289248ee32cebfc0ba1aa" ON "document_job"  ("status", "updated_at", "id") `);
    await queryRunner.query(`CREATE INDEX "IDX_9b90e018b0f894e4e8af08e83a" ON "document_job"  ("id") WHERE "lock" IS NOT NULL`);
    await queryRunner.query(
      `CREATE INDEX "IDX_52b67510ce53b1a567cb4a9a37" ON "document_job"  ("priority", "run_at", "id") WHERE "run_at" IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE TABLE "ingest_job" ("status" integer NOT NULL DEFAULT '10', "reason" character varying(64), "priority" integer NOT NULL DEFAULT '0', "run_at" TIMESTAMP WITH TIME ZONE, "lock" uuid, "lock_at" TIMESTAMP WITH TIME ZONE, "lock_until" TIMESTAMP WITH TIME ZONE, "lock_by" character varying(128), "fence" integer NOT NULL DEFAULT '0', "retry" integer NOT NULL DEFAULT '0', "data" jsonb NOT NULL DEFAULT '{}', "errors" jsonb NOT NULL DEFAULT '[]', "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "finished_at" TIMESTAMP WITH TIME ZONE, "id" character varying(255) NOT NULL, "rows" integer, CONSTRAINT "PK_b8f18bba82eb78a43395b80f905" PRIMARY KEY ("id"))`,
    );
    await queryRunner.query(`CREATE INDEX "IDX_f10569787e24397c5c687456f7" ON "ingest_job"  ("status", "updated_at", "id") `);
    await queryRunner.query(`CREATE INDEX "IDX_d7c4b9534247b473f1182eec0f" ON "ingest_job"  ("id") WHERE "lock" IS NOT NULL`);
    await queryRunner.query(
      `CREATE INDEX "IDX_b47ea6b1256c67c7659f2a96a5" ON "ingest_job"  ("priority", "run_at", "id") WHERE "run_at" IS NOT NULL`,
    );
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX "IDX_b47ea6b1256c67c7659f2a96a5"`);
    await queryRunner.query(`DROP INDEX "IDX_d7c4b9534247b473f1182eec0f"`);
    await queryRunner.query(`DROP INDEX "IDX_f10569787e24397c5c687456f7"`);
    await queryRunner.query(`DROP TABLE "ingest_job"`);
    await queryRunner.query(`DROP INDEX "IDX_52b67510ce53b1a567cb4a9a37"`);
    await queryRunner.query(`DROP INDEX "IDX_9b90e018b0f894e4e8af08e83a"`);
    await queryRunner.query(`DROP INDEX "IDX_9957e289248ee32cebfc0ba1aa"`);
    await queryRunner.query(`DROP TABLE "document_job"`);
  }
}
