import { expect } from "chai";
import { openProxy } from "../support/proxy.js";
import { useJobs } from "./use-jobs.js";

describe("while user code runs", () => {
  const application = `nothing-held-${process.pid}`;
  const test = useJobs("held", { applicationName: application, poolSize: 1 });

  it("no transaction is open and no connection checked out, in run and in a block", async () => {
    const seen: unknown[] = [];
    await test.jobs.run(await test.pending(), async (job) => {
      job.updates.set("rows", 1);
      seen.push(await held());
      await job.extend();
      seen.push(await held());
    });
    await using job = await test.jobs.start(await test.pending());
    seen.push(await held());
    await job.succeed();
    seen.push(await held());
    expect(seen).to.deep.equal(Array(4).fill({ busy: 0, checkedOut: 0 }));
  });

  it("the one connection of a pool of size 1 is the user's", async () => {
    const result = await test.jobs.run(await test.pending(), () => test.source.transaction((tx) => tx.query("SELECT 7 AS n")));
    expect(result).to.deep.equal([{ n: 7 }]);
  });

  it("an attempt is two round trips in all, seen from the network", async () => {
    await using proxy = await openProxy(process.env.DATABASE_URL!);
    const { jobs } = await test.through({ url: proxy.url });
    const id = await test.pending();
    await jobs.countByStatus(); // its pool is connected
    const requests: string[] = [];
    proxy.intercept(({ sql }) => {
      requests.push(...sql);
      return "pass";
    });
    await jobs.run(id, (job) => job.updates.set("rows", 1));
    expect(requests.map((sql) => sql.slice(0, 6))).to.deep.equal(["UPDATE", "UPDATE"]);
  });

  async function held() {
    const { master } = test.source.driver as unknown as { master: { totalCount: number; idleCount: number } };
    const busy = "SELECT FROM pg_stat_activity WHERE application_name = $1 AND (state <> 'idle' OR xact_start IS NOT NULL)";
    return { busy: (await test.schema.sql(busy, [application])).length, checkedOut: master.totalCount - master.idleCount };
  }
});
