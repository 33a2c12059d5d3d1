import { expect } from "chai";
import { isConnectionLost, isRetryable } from "../../src/dialect/postgres/errors.js";

/** An error as the driver makes it of what the server says. */
function serverError(code: string, routine = "errstart"): Error {
  return Object.assign(new Error("translated"), { code, routine });
}

describe("errors of the server", () => {
  it("too many connections is one that could not be had: the outcome is sent again", () => {
    expect(isConnectionLost(serverError("53300"))).to.equal(true);
  });

  it("of all that isn't supported only an outdated plan is worth another try", () => {
    expect(isRetryable(serverError("0A000", "RevalidateCachedQuery"))).to.equal(true);
    expect(isRetryable(serverError("0A000"))).to.equal(false);
  });
});
