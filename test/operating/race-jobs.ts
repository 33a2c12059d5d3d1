import { Column, Entity, PrimaryColumn } from "typeorm";
import { JobEntity, JobLockLostError, type JobPolicy, JobRefusedError, type Started } from "../../src/index.js";

/** The job that everybody races for. All its history is kept. */
@Entity()
export class OpRace extends JobEntity {
  static override readonly policy: JobPolicy = {
    expire: "60s",
    maxAttempts: 3,
    maxErrors: 1000,
    captureLimit: 1024,
    backoff: { initial: 0 },
  };
}

/** What successes write: how many there were, and which attempts. */
@Entity()
export class OpTally {
  @PrimaryColumn({ type: "varchar" })
  job!: string;

  @Column({ type: "int", default: 0 })
  count!: number;

  @Column({ type: "int", array: true, default: [] })
  fences!: number[];
}

/** What a caller was told of one attempt. */
export type Told = "succeeded" | "failed" | "ignored" | "released" | "lost";

const outcomes: ((job: Started<OpRace>) => Promise<Told>)[] = [
  async (job) => {
    job.updates.write(async (tx) => {
      const text = `UPDATE ${tx.getRepository(OpTally).metadata.tablePath} SET count = count + 1, fences = fences || $2::int WHERE job = $1`;
      await tx.query(text, [job.id, job.fence]);
    });
    await job.succeed();
    return "succeeded";
  },
  async (job) => {
    await job.fail(new Error("no luck"));
    return "failed";
  },
  async (job) => {
    await job.ignore("no use");
    return "ignored";
  },
  async (job) => {
    await job.release();
    return "released";
  },
];

/** Lets others in between, for a few turns of the event loop. */
export async function someTurns(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 12); turns > 0; turns--) await new Promise(setImmediate);
}

/** One attempt with an outcome by chance; success most often. What its caller was told goes into `told`, by fence. */
export async function attempt(id: string, told: Map<number, Told>): Promise<void> {
  await someTurns();
  let job: Started<OpRace>;
  try {
    job = await OpRace.start(id);
  } catch (error) {
    if (error instanceof JobRefusedError) return;
    throw error;
  }
  if (told.has(job.fence)) throw new Error(`fence ${job.fence} was given out twice`);
  told.set(job.fence, "lost");
  await someTurns();
  const outcome = outcomes[Math.random() < 0.4 ? 0 : Math.floor(Math.random() * outcomes.length)]!;
  try {
    told.set(job.fence, await outcome(job));
  } catch (error) {
    if (!(error instanceof JobLockLostError)) throw error;
  }
}
