import { expect } from "chai";
import { AfterLoad, Entity } from "typeorm";
import { JobEntity } from "../../src/index.js";
import { useSchema } from "../support/schema.js";

@Entity()
class LoadedJob extends JobEntity {
  loaded?: string;

  @AfterLoad()
  afterLoad(): void {
    this.loaded = `loaded ${this.id}`;
  }
}

@Entity()
class SlowlyLoadedJob extends LoadedJob {
  later?: string;

  @AfterLoad()
  async afterLoadLater(): Promise<void> {
    await new Promise(setImmediate);
    this.later = `${this.loaded}, later`;
  }
}

describe("@AfterLoad", () => {
  const schema = useSchema("mapping_after_load");

  before(() => schema.connect([LoadedJob, SlowlyLoadedJob]));

  for (const [kind, jobClass] of [
    ["a synchronous one", LoadedJob],
    ["an asynchronous one too", SlowlyLoadedJob],
  ] as const) {
    it(`runs at enqueue, start, create and each query: ${kind}`, async () => {
      const expected = (id: string) =>
        jobClass === SlowlyLoadedJob ? { loaded: `loaded ${id}`, later: `loaded ${id}, later` } : { loaded: `loaded ${id}` };
      expect(await jobClass.enqueue({ id: "a" })).to.include(expected("a"));
      for (const job of await jobClass.enqueue([{ id: "b" }, { id: "c" }])) expect(job).to.include(expected(job.id));
      for (const id of ["a", "new"]) {
        await using job = await jobClass.start(id, { create: {} });
        expect(job).to.include(expected(id));
        expect((await jobClass.findRunning())[0]).to.include(expected(id));
        await job.succeed();
      }
      for (const job of await jobClass.findByStatus(["pending", "succeeded"])) expect(job).to.include(expected(job.id));
    });
  }
});
