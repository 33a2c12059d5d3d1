/** What a promise rejects with, which must be of this class. */
export async function thrownBy<E extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => E,
): Promise<E> {
  let error: unknown;
  try {
    await promise;
  } catch (thrown) {
    error = thrown;
  }
  if (error instanceof type) return error;
  throw new Error(`expected ${type.name}, got ${error === undefined ? "nothing" : String(error)}`, { cause: error });
}
