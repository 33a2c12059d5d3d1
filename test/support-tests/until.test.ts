import { expect } from "chai";
import { until } from "../support/until.js";

describe("until", () => {
  it("resolves to what its check found at last", async () => {
    let looks = 0;
    expect(await until(() => (++looks === 3 ? "found" : undefined), { what: "the third look", interval: 1 })).to.equal("found");
  });

  it("takes an asynchronous check", async () => {
    expect(await until(async () => 42, { what: "an answer" })).to.equal(42);
  });

  it("gives up with an error that names what it waited for", async () => {
    const error = await failure(() => false);
    expect(error.message).to.equal("waited 5 ms for the impossible");
  });

  it("takes a check that throws as not yet, and keeps the last error as cause", async () => {
    const error = await failure(() => expect(1).to.equal(2));
    expect(error.cause).to.be.an("error").with.property("message", "expected 1 to equal 2");
  });
});

async function failure(check: () => unknown): Promise<Error> {
  return until(check, { what: "the impossible", timeout: 5, interval: 1 }).then(
    () => expect.fail("it came true"),
    (error: Error) => error,
  );
}
