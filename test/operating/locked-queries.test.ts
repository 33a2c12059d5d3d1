import { expect } from "chai";
import { useSchema } from "../support/schema.js";
import { OpJob } from "./jobs.js";
import { enqueueIn, expireLocks } from "./rows.js";

const ids = (jobs: { id: string }[]) => jobs.map(({ id }) => id);

describe("findRunning and findExpired", () => {
  const schema = useSchema("op_locked");

  before(async () => {
    await schema.connect([OpJob]);
    await OpJob.enqueue(["a", "b", "c", "d"].map((id) => ({ id, tenant: id < "c" ? "x" : null })));
    for (const id of ["d", "a", "c", "b"]) await OpJob.start(id, { expire: "1h" });
    await expireLocks(schema, ["a", "b"]);
    await enqueueIn("failed", ["f"]);
  });

  it("tell by the database's clock which locks live, longest-held first", async () => {
    expect(ids(await OpJob.findRunning())).to.deep.equal(["d", "c"]);
    expect(ids(await OpJob.findExpired())).to.deep.equal(["a", "b"]);
    expect(await OpJob.findExpired({ key: "a" })).to.deep.equal([await OpJob.findOneByOrFail({ id: "a" })]);
  });

  it("take criteria", async () => {
    expect(ids(await OpJob.findExpired({ where: { tenant: "x" }, keys: ["b", "c"] }))).to.deep.equal(["b"]);
    expect(ids(await OpJob.findRunning({ where: { tenant: null } }))).to.deep.equal(["d", "c"]);
    expect(ids(await OpJob.findRunning({ all: true }))).to.deep.equal(["d", "c"]);
    expect(await OpJob.findRunning({ status: "failed" })).to.deep.equal([]);
    expect(await OpJob.findRunning({ olderThan: "1h" })).to.deep.equal([]);
  });

  it("take a lock without an expiry for lost: this library wrote none", async () => {
    await schema.sql("UPDATE op_job SET lock_until = NULL WHERE id = 'c'");
    expect(ids(await OpJob.findRunning())).to.deep.equal(["d"]);
    expect(ids(await OpJob.findExpired())).to.deep.equal(["a", "c", "b"]);
  });
});
