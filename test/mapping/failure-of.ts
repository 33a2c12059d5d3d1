/** What the call throws or rejects with; it must. */
export async function failureOf(work: () => unknown): Promise<Error & Record<string, unknown>> {
  try {
    await work();
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("expected it to fail, and it did not");
}
