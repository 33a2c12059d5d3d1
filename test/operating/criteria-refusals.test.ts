import { expect } from "chai";
import { InvalidOptionError, type JobCriteria } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpJob } from "./jobs.js";
import { enqueueIn } from "./rows.js";
import { thrownBy } from "./thrown-by.js";

describe("criteria are refused, and nothing happens,", () => {
  const schema = useSchema("op_criteria_refused");

  before(async () => {
    await schema.connect([OpJob]);
    await enqueueIn("failed", ["a"]);
    await enqueueIn("pending", ["p"]);
  });

  const refused = async (criteria: object) => {
    const before = await schema.sql("SELECT * FROM op_job ORDER BY id");
    for (const verb of ["cancel", "rerun", "schedule"] as const) {
      await thrownBy(InvalidOptionError, () => OpJob[verb](criteria as JobCriteria<OpJob>));
    }
    expect(await schema.sql("SELECT * FROM op_job ORDER BY id")).to.deep.equal(before);
    return thrownBy(InvalidOptionError, () => OpJob.cancel(criteria as JobCriteria<OpJob>));
  };

  it("when they are empty, however", async () => {
    for (const criteria of [{}, { where: {} }, { status: undefined }, { keys: [] }, { status: [] }, { reason: [] }]) {
      await refused(criteria);
    }
  });

  it("when what should name rows is undefined, beside others too", async () => {
    await refused({ key: undefined, status: "failed" });
    await refused({ keys: undefined, status: "failed" });
    const error = await refused({ where: { tenant: undefined }, status: "failed" });
    expect(error.option).to.equal("cancel.where.tenant");
  });

  it("when a name is unknown, with the nearest known one", async () => {
    expect((await refused({ statuss: "failed" })).message).to.contain('did you mean "status"?');
    expect((await refused({ where: { tenent: "a" } })).message).to.contain('did you mean "tenant"?');
    expect((await refused({ step: "defalt" })).message).to.contain('did you mean "default"?');
    expect((await refused({ status: "pendin" })).message).to.contain('did you mean "pending"?');
  });

  it("when a value can't be meant", async () => {
    await refused({ all: false });
    await refused({ all: true, status: "failed" });
    await refused({ status: 77 });
    await refused({ reason: 5 });
    await refused({ olderThan: "yesterday" });
    await refused({ olderThan: -5 });
    await refused({ key: 5 });
    await refused({ key: null });
    await refused({ keys: "a" });
    await refused({ keys: ["a", null] });
    await refused({ key: { no: 5 } });
    await refused({ where: { rows: "many" } });
    await refused({ where: "rows = 1" });
    await refused(["a"]);
  });
});
