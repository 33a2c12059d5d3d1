/** Why a package can't be used. Its `code` is what the job's `reason` and its record in `errors` show. */
export class PackageError extends Error {
  override readonly name = "PackageError";

  constructor(
    readonly code: "NO_MANIFEST" | "BROKEN_MANIFEST" | "NO_LICENCE" | "NO_LICENCE_TEXT",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
