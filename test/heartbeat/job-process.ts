/** A process with jobs of its own, for what only a whole process shows: its exit, its stderr, its death. */
import "reflect-metadata";
import { setTimeout as wait } from "node:timers/promises";
import { DataSource } from "typeorm";
import { type Channel, childMain } from "../support/child-main.js";
import { ProcessJob } from "./process-job.js";

export interface ProcessArguments {
  readonly schema: string;
  readonly scenario: keyof typeof scenarios;
}

/** An outcome as the child saw it. */
export interface Told {
  readonly type: "told";
  readonly text: string;
}

const scenarios = {
  /** Finishes a job and leaves; nothing is destroyed. */
  async finish() {
    await ProcessJob.run("finish", async (job) => heartbeatsOf(job), { timeout: "1h" });
  },

  /** Leaves with a job open that nobody works on. */
  async open() {
    await heartbeatsOf(await ProcessJob.start("open", { timeout: "1h" }));
  },

  /** Waits to be killed, its job held. */
  async hold(_: DataSource, channel: Channel) {
    await heartbeatsOf(await ProcessJob.start("hold"));
    await tell(channel, "held");
    await channel.message("never");
  },

  /** Destroys the DataSource while jobs are open in every way. */
  async destroy(dataSource: DataSource, channel: Channel) {
    const rejected: Error[] = [];
    process.on("unhandledRejection", (reason) => rejected.push(reason as Error));
    const job = await ProcessJob.start("destroy");
    await heartbeatsOf(job);
    const timed = await ProcessJob.start("timed", { timeout: 300 });
    const { signal } = job;
    const running = ProcessJob.run("running", () => aborted(signal)).then(
      () => "resolved",
      (error: Error) => error.message,
    );
    await wait(20);
    await dataSource.destroy();
    await aborted(signal);
    await tell(channel, `aborted: ${(signal.reason as Error).name}`);
    await tell(channel, `run: ${await running}`);
    await tell(
      channel,
      `succeed: ${await job.succeed().then(
        () => "resolved",
        (error: Error) => error.message,
      )}`,
    );
    await timed[Symbol.asyncDispose]();
    await wait(50);
    await tell(channel, `unhandled: ${rejected.map(String).join()}`);
  },

  /** Attempts of every kind, some of which asked for debug. */
  async debug() {
    const thrown = new Error("first line\nsecond line");
    const awkward = Object.defineProperty(new Error("awkward"), "name", {
      get() {
        throw new Error("no name for you");
      },
    });
    const quiet = ProcessJob.run("quiet", async () => {});
    const [one, two] = ["debug-1", "debug-2"].map((id) => ProcessJob.run(id, async () => {}, { debug: true }));
    await Promise.all([quiet, one, two]);
    await ProcessJob.run("debug-3", () => Promise.reject(thrown), { debug: true, skipError: true });
    await ProcessJob.run("debug-4", () => Promise.reject(awkward), { debug: true, skipError: true });
    await ProcessJob.tryStart("debug-1", { debug: true });
    await ProcessJob.start({ odd: 1n } as never, { debug: true }).catch(() => {});
  },
};

async function heartbeatsOf(job: { readonly id: string; readonly lockAt: Date | null }): Promise<void> {
  const began = job.lockAt?.getTime() ?? 0;
  for (;;) {
    const { lockUntil } = await ProcessJob.findOneByOrFail({ id: job.id });
    if (lockUntil && lockUntil.getTime() - began > 450) return;
    await wait(20);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await wait(20);
}

async function tell(channel: Channel, text: string): Promise<void> {
  const told: Told = { type: "told", text };
  await channel.send(told);
}

childMain<ProcessArguments>(async ({ schema, scenario }, channel) => {
  const dataSource = new DataSource({
    type: "postgres",
    url: process.env.DATABASE_URL!,
    schema,
    entities: [ProcessJob],
    // The pool's own idle connections must not keep the process: what else does is what the tests ask.
    extra: { allowExitOnIdle: true },
  });
  await dataSource.initialize();
  await scenarios[scenario](dataSource, channel);
});
