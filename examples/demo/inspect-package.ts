import { lstat, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { findLicence, type LicenceRule } from "./licence.js";
import { entryPointsOf, readManifest } from "./manifest.js";

/** What the work finds out about a package: values for the columns of `PackageJob`. */
export interface PackageFacts {
  version: string | null;
  licence: string;
  files: number;
  bytes: number;
  types: boolean;
  entryPoints: string[];
}

/**
 * Reads a package's files. It knows nothing of jobs, so it can be tested without a database.
 *
 * @param name how errors call the package
 * @throws PackageError for one with no usable manifest or licence
 */
export async function inspectPackage(folder: string, name: string, rule: LicenceRule): Promise<PackageFacts> {
  const manifest = await readManifest(folder, name);
  const files = await filesIn(folder);
  const paths = files.map((file) => relative(folder, file));
  const sizes = await Promise.all(files.map(async (file) => (await lstat(file)).size));
  return {
    version: typeof manifest.version === "string" ? manifest.version : null,
    licence: await findLicence(folder, name, manifest, paths, rule),
    files: files.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    types: paths.some((path) => /\.d\.[cm]?ts$/.test(path)),
    entryPoints: entryPointsOf(manifest),
  };
}

/** All files below, but not those of packages nested in it: they have jobs of their own. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const inside = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return entry.name === "node_modules" ? [] : filesIn(path);
  });
  return (await Promise.all(inside)).flat();
}
