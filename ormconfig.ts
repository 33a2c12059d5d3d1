/** The DataSource that the TypeORM CLI uses: `npm run typeorm -- migration:run -d dist/ormconfig.js`. */
import "reflect-metadata";
import { fileURLToPath } from "node:url";
import { DataSource } from "typeorm";
import { DocumentJob } from "./examples/document-job.js";
import { IngestJob } from "./examples/ingest-job.js";

export default new DataSource({
  type: "postgres",
  // The default is the server of docker-compose.yml.
  url: process.env.DATABASE_URL ?? "postgres://jobs:jobs@127.0.0.1:5433/jobs",
  entities: [IngestJob, DocumentJob],
  migrations: [fileURLToPath(new URL("./examples/migrations/*.js", import.meta.url))],
});
