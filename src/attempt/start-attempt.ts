import { randomUUID } from "node:crypto";
import type { Row } from "../dialect/index.js";
import { printDebugEvents } from "../event/debug.js";
import { observed, publish } from "../event/job-events.js";
import { startJob } from "../store/start.js";
import { refuseTransaction } from "../store/transaction.js";
import type { JobRow } from "../table/job-row.js";
import type { JobTable } from "../table/job-table.js";
import { now, systemClocks } from "../util/monotonic.js";
import { Attempt } from "./attempt.js";
import type { AttemptOptions } from "./attempt-options.js";
import { describeAttempt } from "./describe-attempt.js";
import { failUnreadable } from "./fail-unreadable.js";
import { followSignal } from "./follow-signal.js";
import { heartbeatOf } from "./heartbeat.js";
import { LOCK_BY } from "./lock-by.js";
import { bindAttempt } from "./open-attempts.js";

/**
 * Takes the lock of one job and opens an attempt on it.
 *
 * @throws a JobRefusedError when the job can't be started; JobInTransactionError inside a transaction of the caller
 */
export async function startAttempt(
  table: JobTable,
  key: unknown,
  options: AttemptOptions,
  startedFrom: Error | undefined,
): Promise<Attempt> {
  refuseTransaction(table, "start", key);
  options.signal?.throwIfAborted();
  const stopPrinting = options.debug ? printDebugEvents() : undefined;
  const about = () => describeAttempt(table, key, options.step, options.debug);
  if (observed("typeorm-jobs:attempt")) publish("typeorm-jobs:attempt", { type: "starting", ...about() });
  const lock = randomUUID();
  const sentAt = now(systemClocks);
  try {
    const row = await startJob(table, { key, lock, lockBy: LOCK_BY, ...options });
    const entity = await readStarted(table, row, { key, lock, options });
    const attempt = new Attempt({ table, entity, lock, lockBy: LOCK_BY, options, sentAt, startedFrom });
    if (stopPrinting) attempt.onEnd(stopPrinting);
    return open(attempt);
  } catch (error) {
    if (observed("typeorm-jobs:attempt"))
      publish("typeorm-jobs:attempt", { type: "refused", ...about(), error: error as Error });
    stopPrinting?.();
    throw error;
  }
}

async function readStarted(table: JobTable, row: Row, started: { key: unknown; lock: string; options: AttemptOptions }) {
  try {
    return await table.hydrator.create<JobRow>(row);
  } catch (error) {
    await failUnreadable(table, row, started, error);
    throw error;
  }
}

function open(attempt: Attempt): Attempt {
  const { table, entity, fence, number } = attempt;
  bindAttempt(attempt);
  heartbeatOf(table).hold(attempt);
  if (observed("typeorm-jobs:attempt")) {
    const about = attempt.describe();
    publish("typeorm-jobs:attempt", { type: "locked", ...about, fence, attempt: number, lockUntil: entity.lockUntil });
  }
  followSignal(attempt); // it may abort at once
  return attempt;
}
