import type { DataSource, Logger } from "typeorm";
import { BenchJob } from "./bench-job.js";

/** A statement as the library sends it. */
export interface Recorded {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Records what a DataSource sends, and nothing else. */
export class Recorder implements Logger {
  readonly sent: Recorded[] = [];

  logQuery(text: string, values: readonly unknown[] = []): void {
    this.sent.push({ text, values });
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

/** The two statements of one attempt: the bare driver runs the very same. */
export async function attemptStatements(dataSource: DataSource, recorder: Recorder): Promise<[Recorded, Recorded]> {
  await BenchJob.enqueue({ id: "recorded", data: { url: "x", version: 0 } }, { dataSource, onConflict: "replace" });
  recorder.sent.length = 0;
  await BenchJob.run("recorded", () => {}, { dataSource });
  const sent = [...recorder.sent];
  if (sent.length !== 2)
    throw new Error(`an attempt took ${sent.length} statements: ${sent.map(({ text }) => text).join("; ")}`);
  return sent as [Recorded, Recorded];
}
