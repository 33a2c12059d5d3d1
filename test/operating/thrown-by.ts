import { expect } from "chai";

/** What a call throws or rejects with; it must be of this class. */
export async function thrownBy<E extends Error>(type: new (...args: never[]) => E, call: () => unknown): Promise<E> {
  let error: unknown;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).to.be.instanceOf(type);
  return error as E;
}
