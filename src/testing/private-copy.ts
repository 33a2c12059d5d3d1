import { chmodSync, constants, cpSync, existsSync, readdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { libraryLinks } from "./access.js";

/**
 * Copies PostgreSQL (60 MB, a tenth of a second) to where its account can read and run it, with the links that an install without
 * scripts doesn't make. PostgreSQL finds its lib and share folders from the place of the program, so a copy runs like the original.
 *
 * @returns the folder of the copy
 */
export function copyBinaries(native: string, folder: string): string {
  // The links name their ends with this folder's name in front.
  const copy = join(folder, basename(native));
  cpSync(native, copy, {
    recursive: true,
    verbatimSymlinks: true,
    // Shares the blocks where the file system can.
    mode: constants.COPYFILE_FICLONE,
    filter: (file) => !file.endsWith(".a"),
  });
  for (const { source, target } of libraryLinks(copy)) {
    const link = join(folder, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
  openToAll(copy);
  return copy;
}

/** A copy keeps the modes of the original, which a strict umask may have closed to others. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === "bin" ? 0o755 : 0o644);
  }
}
