import { hostname } from "node:os";
import type { StartOptions } from "../../src/index.js";
import { type ProcessOptions, startProcess, type TestProcess } from "../support/processes.js";
import type { TestSchema } from "../support/schema.js";
import type { Parcel } from "./jobs.js";

/** What a job process is told to do. */
export type Command =
  | { readonly type: "start"; readonly id: string; readonly options?: StartOptions<Parcel> }
  | { readonly type: "run"; readonly id: string }
  | { readonly type: "settle"; readonly id: string; readonly outcome: string }
  | { readonly type: "enqueue"; readonly id: string; readonly runAt?: string; readonly delay?: string };

/** What a job process says: `ready` at first, then an answer to each command. */
export interface Reply {
  readonly type: "ready" | "done" | "in body";
  /** The name of what was thrown, or null. */
  readonly error?: string | null;
  readonly lockBy?: string | null;
  readonly fence?: number | undefined;
  /** Its clock and its time zone. */
  readonly now?: number;
  readonly offset?: number;
}

/** A process of its own that works on the jobs of a test. */
export class JobWorker {
  readonly process: TestProcess;

  constructor(schema: TestSchema, options: ProcessOptions & { readonly timeZone?: string } = {}) {
    const { timeZone = "UTC", ...rest } = options;
    this.process = startProcess(new URL("./job-process.js", import.meta.url), { schema: schema.name, timeZone }, rest);
  }

  /** As `lockBy` and records name it. */
  get name(): string {
    return `${hostname()}:${this.process.pid}`.slice(-128);
  }

  ready(): Promise<Reply> {
    return this.process.message<Reply>("ready");
  }

  async tell(command: Command): Promise<Reply> {
    await this.process.send({ type: "command", command } as { type: "command" });
    return this.process.message<Reply>("done");
  }

  /** Runs a job and kills the process in the middle of its work. */
  async dieInside(id: string): Promise<void> {
    await this.tell({ type: "run", id });
    await this.process.message("in body");
    this.process.kill();
    await this.process.exited;
  }
}
