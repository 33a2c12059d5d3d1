import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const executeByOthers = 0o001;

/** Whether any user may walk down to this file or folder. One closed folder above it (a home of mode 0700) is enough to say no. */
export function isOpenToAll(path: string): boolean {
  const real = realpathSync(path);
  for (let folder = real; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & executeByOthers) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}

/** A link that the binaries need and that can't be part of an npm package: both ends relative to the package. */
export interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** The links of a PostgreSQL folder; none on platforms that need none. */
export function libraryLinks(native: string): LibraryLink[] {
  const list = join(native, "pg-symlinks.json");
  return existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as LibraryLink[]) : [];
}

/** Whether this process could run the server from where it was installed. */
export function isRunnable(native: string): boolean {
  // The links are made by an install script, and package managers increasingly run none.
  if (!libraryLinks(native).every(({ target }) => existsSync(join(native, "..", target)))) return false;
  return ["initdb", "postgres"].every((program) => isExecutable(join(native, "bin", program)));
}

function isExecutable(file: string): boolean {
  // Windows keeps no such mark and names its programs .exe.
  if (process.platform === "win32") return true;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
