import { expect } from "chai";
import { Column, Entity } from "typeorm";
import { JobConfigurationError, JobEntity } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";
import { Other, REFUSED } from "./refused-classes.js";

@Entity()
class SoundJob extends JobEntity {
  @Column({ type: "int", nullable: true })
  size!: number | null;
}

describe("a class that can't be a job is refused at start-up:", () => {
  const schema = useSchema("mapping_refusals");

  for (const [what, { make, names }] of Object.entries(REFUSED)) {
    it(what, async () => {
      const refused = make();
      Entity()(refused);
      const source = schema.open([refused, Other]);
      const error = await failureOf(() => source.initialize());
      expect(error).to.be.instanceOf(JobConfigurationError);
      expect(error.message).to.include(names);
      expect(source.isInitialized).to.equal(false);
    });
  }

  it("says what to do", async () => {
    const refused = REFUSED["a job column decorated again"]!.make();
    Entity()(refused);
    const error = await failureOf(() => schema.open([refused]).initialize());
    expect(error.message).to.match(/Rename yours, or keep the job in an entity of its own beside this one\.$/);
  });

  it("and the sound classes beside it stay sound", async () => {
    await schema.connect([SoundJob]);
    await SoundJob.enqueue({ id: "a", size: 1 });
    await SoundJob.run("a", (job) => job.updates.set("size", 2));
    expect((await SoundJob.findOneByOrFail({ id: "a" })).size).to.equal(2);
  });
});
