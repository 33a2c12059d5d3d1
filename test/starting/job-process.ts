/** A process that starts jobs and ends them as its test says, one command at a time. */
import { DataSource } from "typeorm";
import { JobLockedError, jobs, type Started, type StartOptions } from "../../src/index.js";
import { childMain } from "../support/child-main.js";
import type { Command, Reply } from "./job-worker.js";
import { entities, Parcel, Receipt } from "./jobs.js";

interface Arguments {
  readonly schema: string;
  readonly timeZone: string;
}

childMain<Arguments>(async ({ schema, timeZone }, channel) => {
  const dataSource = new DataSource({
    type: "postgres",
    url: process.env.DATABASE_URL!,
    schema,
    entities,
    extra: { options: `-c TimeZone=${timeZone}` },
  });
  await dataSource.initialize();
  const parcels = jobs(Parcel, dataSource);
  const started = new Map<string, Started<Parcel>>();

  const start = async (id: string, options: StartOptions<Parcel>) => {
    started.set(id, await parcels.start(id, options));
  };

  const settle = async (id: string, outcome: string) => {
    const job = started.get(id)!;
    switch (outcome) {
      case "succeed":
        return job.succeed();
      case "fail":
        return job.fail(new TypeError("failed by its process"));
      case "ignore":
        return job.ignore("not wanted");
      case "release":
        return job.release({ delay: "1h" });
      case "extend":
        return job.extend();
      case "write":
        job.updates.set({ weight: 7 });
        job.updates.write((tx) => tx.insert(Receipt, { id, by: "child" }));
        return job.succeed();
      default:
        throw new Error(`no outcome is called ${outcome}`);
    }
  };

  const obey = async (command: Command) => {
    switch (command.type) {
      case "start":
        return start(command.id, command.options ?? {});
      case "settle":
        return settle(command.id, command.outcome);
      case "enqueue": {
        const due = command.runAt === undefined ? {} : { runAt: new Date(command.runAt) };
        return parcels.enqueue({ id: command.id, ...due, ...(command.delay === undefined ? {} : { delay: command.delay }) });
      }
      case "run":
        // Not waited for: the process is killed in the body.
        void parcels.run(command.id, async (job) => {
          await channel.send({ type: "in body", id: command.id, fence: job.fence } as Reply);
          await new Promise(() => {});
        });
        return;
      default:
        return command satisfies never;
    }
  };

  await channel.send({ type: "ready", now: Date.now(), offset: new Date().getTimezoneOffset() } as Reply);
  for (;;) {
    const { command } = await channel.message<{ type: "command"; command: Command }>("command");
    const reply: { -readonly [K in keyof Reply]: Reply[K] } = { type: "done", error: null };
    try {
      await obey(command);
    } catch (error) {
      reply.error = (error as Error).name;
      if (error instanceof JobLockedError) reply.lockBy = error.lockBy;
    }
    if ("id" in command) reply.fence = started.get(command.id)?.fence;
    await channel.send(reply);
  }
});
