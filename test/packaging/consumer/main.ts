/** Uses what the package offers as its user would, against a real database, and prints what came of it as JSON. */
import "reflect-metadata";
import { subscribe } from "node:diagnostics_channel";
import { DataSource } from "typeorm";
import { configureJobs, type JobEvents } from "typeorm-jobs";
import { Doc, IngestJob, Invoice, Parcel, Shipment } from "./entities.js";
import { handleErrors } from "./errors.js";
import { operate } from "./operate.js";
import { mapData, mixIn, runSteps, start } from "./use.js";

const events: string[] = [];
subscribe("typeorm-jobs:attempt", (message) => {
  const event = message as JobEvents["typeorm-jobs:attempt"];
  if (event.type === "outcome") events.push(`${event.jobClass} ${event.outcome} ${event.kind ?? "?"}`);
});

const { DATABASE_URL: url = "", SCHEMA: schema = "" } = process.env;
const entities = [IngestJob, Doc, Shipment, Parcel, Invoice];
const dataSource = new DataSource({ type: "postgres", url, schema, synchronize: true, entities });
configureJobs(dataSource, { connectionTimeout: "10s" });
await dataSource.initialize();
try {
  const report = {
    started: await start(),
    steps: await runSteps(),
    mixedIn: await mixIn(),
    mapped: await mapData(dataSource),
    errors: await handleErrors(),
    operated: await operate(dataSource),
    events,
  };
  console.log(JSON.stringify(report));
} finally {
  await dataSource.destroy();
}
