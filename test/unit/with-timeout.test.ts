import { expect } from "chai";
import { withTimeout } from "../../src/util/with-timeout.js";

const tooLate = () => new Error("too late");

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it resolved");
}

describe("withTimeout", () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;

  it("gives the value, or the error, that comes in time, and leaves no timer", async () => {
    await new Promise(setImmediate); // mocha starts its own timer after this function's first step
    const before = timers();
    const late: unknown[] = [];
    expect(await withTimeout(Promise.resolve(5), 60_000, tooLate, (value) => late.push(value))).to.equal(5);
    expect(await rejection(withTimeout(Promise.reject(new Error("own")), 60_000, tooLate))).to.have.property("message", "own");
    expect(timers()).to.equal(before);
    expect(late).to.deep.equal([]);
  });

  it("rejects when the time is over, and hands over what comes late", async () => {
    let resolve: (value: string) => void = () => {};
    const late = new Promise((handedOver) => {
      const promise = new Promise<string>((done) => {
        resolve = done;
      });
      rejection(withTimeout(promise, 5, tooLate, handedOver)).then((error) => {
        expect(error).to.have.property("message", "too late");
        resolve("connection");
      });
    });
    expect(await late).to.equal("connection");
  });

  it("swallows a late rejection, and an error of `late`", async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listen);
    try {
      let reject: (error: Error) => void = () => {};
      let resolve: () => void = () => {};
      const rejecting = new Promise<void>((_, no) => { reject = no; }); // biome-ignore format: one line
      const resolving = new Promise<void>((yes) => { resolve = yes; }); // biome-ignore format: one line
      const throwing = () => {
        throw new Error("late");
      };
      await rejection(withTimeout(rejecting, 1, tooLate));
      await rejection(withTimeout(resolving, 1, tooLate, throwing));
      reject(new Error("later"));
      resolve();
      await new Promise((done) => setTimeout(done, 10)); // unhandled rejections are told after the microtasks
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off("unhandledRejection", listen);
    }
  });

  it("takes a time that is too long for a timer", async () => {
    const soon = new Promise((resolve) => setTimeout(resolve, 10, "value"));
    expect(await withTimeout(soon, Number.POSITIVE_INFINITY, tooLate)).to.equal("value");
  });
});
