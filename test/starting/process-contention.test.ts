import { expect } from "chai";
import { type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { JobWorker } from "./job-worker.js";
import { entities, Parcel } from "./jobs.js";
import { recordWrites, storedJob, untilWaiting, writesOf } from "./rows.js";

const PROCESSES = 8;
const ROUNDS = 12;

describe("8 processes that start the same job at once", () => {
  const schema = useSchema("process_contention");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
    await recordWrites(schema, "parcel");
  });

  it("get one winner in each round; the others are refused and write nothing", async () => {
    const workers = Array.from({ length: PROCESSES }, () => new JobWorker(schema));
    await Promise.all(workers.map((worker) => worker.ready()));
    const holder = await schema.client();
    for (let round = 0; round < ROUNDS; round++) {
      const id = `round-${round}`;
      await parcels.enqueue({ id });
      // Half of the rounds begin together inside the database, the other half as they come.
      const together = round % 2 === 0;
      if (together) await holder.query(`BEGIN; SELECT 1 FROM parcel WHERE id = '${id}' FOR UPDATE`);
      const answers = workers.map((worker) => worker.tell({ type: "start", id }));
      if (together) {
        await untilWaiting(schema, PROCESSES);
        await holder.query("COMMIT");
      }
      const replies = await Promise.all(answers);
      const winners = workers.filter((_, index) => replies[index]!.error === null);
      expect(winners, id).to.have.lengthOf(1);
      const winner = winners[0]!;
      const refused = replies.filter(({ error }) => error !== null);
      expect(refused.every(({ error, lockBy }) => error === "JobLockedError" && lockBy === winner.name)).to.equal(true);
      const { lock, lock_by } = (await storedJob(schema, "parcel", id)).job;
      expect(lock_by).to.equal(winner.name);
      expect(await writesOf(schema, id)).to.deep.equal([
        { op: "INSERT", status: 10, fence: 0, retry: 0, lock: null },
        { op: "UPDATE", status: 20, fence: 1, retry: 0, lock },
      ]);
      expect(await winner.tell({ type: "settle", id, outcome: "succeed" })).to.include({ error: null });
    }
    expect((await parcels.countByStatus()).succeeded).to.equal(ROUNDS);
  }).timeout(60_000);
});
