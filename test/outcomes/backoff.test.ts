import { expect } from "chai";
import { Entity } from "typeorm";
import { JobEntity, type JobPolicy, type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OutcomeJob } from "./outcome-job.js";

@Entity()
class ExactJob extends JobEntity {
  static override readonly policy: JobPolicy = {
    backoff: { initial: "10s", factor: 3, max: "60s", jitter: 0 },
    maxAttempts: 1000,
  };
}

/** Between two readings of the database's clock within one statement. */
const moment = 1_000;

describe("the backoff of a failed attempt", () => {
  const schema = useSchema("backoff");
  let exact: JobRepository<ExactJob>;
  let random: JobRepository<OutcomeJob>;

  before(async () => {
    const source = await schema.connect([ExactJob, OutcomeJob]);
    exact = jobs(ExactJob, source);
    random = jobs(OutcomeJob, source);
  });

  it("grows by the factor with each failure in a row, up to the longest wait", async () => {
    await exact.enqueue({ id: "grows" });
    for (const expected of [10_000, 30_000, 60_000, 60_000]) {
      expect(await waitAfterFailure(exact, "grows")).to.be.within(expected - moment, expected + moment);
    }
  });

  it("survives so many failures that the factor's power would overflow", async () => {
    await exact.enqueue({ id: "many" });
    await schema.sql("UPDATE exact_job SET retry = 900 WHERE id = 'many'");
    expect(await waitAfterFailure(exact, "many")).to.be.within(60_000 - moment, 60_000 + moment);
  });

  it("is spread by the jitter, within its bounds", async () => {
    const ids = Array.from({ length: 24 }, (_, index) => `spread-${index}`);
    await random.enqueue(ids.map((id) => ({ id })));
    const waits = await Promise.all(ids.map((id) => waitAfterFailure(random, id)));
    for (const wait of waits) expect(wait).to.be.within(5_000 - moment, 15_000 + moment);
    expect(Math.max(...waits) - Math.min(...waits)).to.be.above(1_000);
  });

  async function waitAfterFailure(
    repository: JobRepository<OutcomeJob> | JobRepository<ExactJob>,
    id: string,
  ): Promise<number> {
    const job = await repository.start(id);
    await job.fail(new Error("boom"));
    return job.runAt!.getTime() - job.updatedAt.getTime();
  }
});
