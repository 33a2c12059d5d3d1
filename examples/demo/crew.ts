import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Order, Report } from "./messages.js";
import type { Tally } from "./work-through.js";

/** A worker process, as the demo sees it. */
export class Worker {
  readonly ended: Promise<void>;
  isRunning = true;
  /** What it reports at its end; a killed one doesn't. */
  tally: Tally | undefined;
  readonly #process: ChildProcess;

  constructor(
    readonly name: string,
    databaseUrl: string,
  ) {
    const program = fileURLToPath(new URL("./worker.js", import.meta.url));
    this.#process = fork(program, [name], { env: { ...process.env, DATABASE_URL: databaseUrl } });
    this.#process.on("message", (report: Report) => {
      if (report.type === "done") this.tally = report.tally;
    });
    this.ended = once(this.#process, "close").then(() => {
      this.isRunning = false;
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The next report of this type; undefined when it ends first. */
  async report<Type extends Report["type"]>(type: Type): Promise<Extract<Report, { type: Type }> | undefined> {
    const reported = new Promise<Extract<Report, { type: Type }>>((resolve) => {
      this.#process.on("message", (report: Report) => {
        if (report.type === type) resolve(report as Extract<Report, { type: Type }>);
      });
    });
    return Promise.race([reported, this.ended.then(() => undefined)]);
  }

  order(order: Order): void {
    // It may have ended by itself just now.
    this.#process.send(order, () => undefined);
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.ended;
  }
}

/** Some worker processes. None of them outlives the block that it is used in. */
export class Crew implements AsyncDisposable {
  readonly workers: readonly Worker[];

  constructor(size: number, databaseUrl: string) {
    this.workers = Array.from({ length: size }, (_, index) => new Worker(`worker ${index + 1}`, databaseUrl));
  }

  get isRunning(): boolean {
    return this.workers.some((worker) => worker.isRunning);
  }

  /** Lets all begin at once: the first to be ready would have done half of the jobs before the last is. */
  async go(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.report("ready")));
    for (const worker of this.workers) worker.order("go");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.isRunning && worker.kill()));
  }
}
