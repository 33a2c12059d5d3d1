import { DataSource } from "typeorm";
import {
  addTransactionalDataSource,
  initializeTransactionalContext,
  runInTransaction,
  StorageDriver,
} from "typeorm-transactional";
import { type JobError, jobs } from "../../src/index.js";
import { childMain } from "../support/child-main.js";
import { Invoice, OutcomeJob } from "./outcome-job.js";

/** What came of each way to meet an ambient transaction. */
export interface AmbientReport {
  readonly type: "report";
  readonly rolledBack: number;
  readonly committed: number;
  readonly counted: number;
  readonly found: number;
  readonly refused: Record<string, string>;
  readonly afterRefusals: string;
  readonly succeeded: number;
}

/** Tries everything inside transactions of typeorm-transactional, which patches TypeORM for the whole process. */
childMain<{ url: string; schema: string }>(async ({ url, schema }, channel) => {
  initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });
  const source = new DataSource({ type: "postgres", url, schema, poolSize: 2, entities: [OutcomeJob, Invoice] });
  addTransactionalDataSource(source);
  await source.initialize();
  const repository = jobs(OutcomeJob, source);
  const stored = async (prefix: string) =>
    (await source.query(`SELECT FROM ${schema}.outcome_job WHERE id LIKE '${prefix}%'`)).length;

  await inside(async () => {
    await repository.enqueue({ id: "undone-1" });
    await repository.enqueue(Array.from({ length: 1_001 }, (_, index) => ({ id: `undone-many-${index}` })));
    throw new Error("undo it");
  }).catch(() => undefined);
  let [counted, found] = [0, 0];
  await inside(async () => {
    await repository.enqueue({ id: "kept-1" });
    counted = (await repository.countByStatus()).pending;
    found = (await repository.findByStatus("pending")).length;
    await repository.cancel({ key: "kept-1" });
    await repository.rerun({ key: "kept-1", reason: "cancelled" });
    await repository.schedule({ key: "kept-1" });
    await repository.rescue();
    await repository.purge({ status: "ignored", olderThan: 0 });
  });

  const open = await repository.start("kept-1");
  await repository.enqueue({ id: "other" });
  const asked: Record<string, () => Promise<unknown>> = {
    start: () => repository.start("other"),
    tryStart: () => repository.tryStart("other"),
    run: () => repository.run("other", () => 1),
    tryRun: () => repository.tryRun("other", () => 1),
    extend: () => open.extend(),
    succeed: () => open.succeed(),
    fail: () => open.fail(new Error("boom")),
    ignore: () => open.ignore("why"),
    release: () => open.release(),
  };
  const refused: Record<string, string> = {};
  for (const [name, ask] of Object.entries(asked)) {
    await inside(async () => {
      refused[name] = await ask().then(
        () => "done",
        (error: JobError & { asked?: string }) => `${error.code} ${error.asked}`,
      );
    });
  }
  const afterRefusals = (await repository.findRunning()).map(({ id }) => id).join();
  open.updates.write((tx) => tx.insert(Invoice, { no: "ambient" }));
  open.updates.write(() => repository.enqueue({ id: "kept-child" }));
  await open.succeed(); // outside: the refusals have left the attempt open
  const report: AmbientReport = {
    type: "report",
    rolledBack: await stored("undone"),
    committed: await stored("kept"),
    counted,
    found,
    refused,
    afterRefusals,
    succeeded: (await repository.countByStatus()).succeeded,
  };
  await channel.send(report);
  await source.destroy();
});

function inside(work: () => Promise<void>): Promise<void> {
  return runInTransaction(work);
}
