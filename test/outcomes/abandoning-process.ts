import { once } from "node:events";
import { DataSource } from "typeorm";
import { jobs } from "../../src/index.js";
import { childMain } from "../support/child-main.js";
import { Invoice, OutcomeJob } from "./outcome-job.js";

/** Starts a job and leaves its block without an outcome when told to. */
childMain<{ url: string; schema: string; id: string }>(async ({ url, schema, id }, channel) => {
  const poolErrorHandler = () => undefined;
  const source = new DataSource({ type: "postgres", url, schema, entities: [OutcomeJob, Invoice], poolErrorHandler });
  await source.initialize();
  const warned = once(process, "warning");
  {
    await using _job = await jobs(OutcomeJob, source).start(id, { expire: 400 });
    await channel.send({ type: "started" });
    await channel.message("leave");
  }
  const [warning] = (await warned) as [Error];
  await channel.send({ type: "warning", warning: `${warning.name}: ${warning.message}` } as { type: string });
  process.exit(0);
});
