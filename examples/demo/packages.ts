import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this project: the nearest one above this file with a package.json. */
export const projectFolder = folderAbove(dirname(fileURLToPath(import.meta.url)));

/** The packages in a node_modules folder by their path in it, scoped and nested ones too: `@types/node`, `a/node_modules/b`. */
export function findPackages(nodeModules: string, inside = ""): string[] {
  return foldersIn(join(nodeModules, inside)).flatMap((name) => {
    // Not join: a key has to be the same on every system.
    const path = inside === "" ? name : `${inside}/${name}`;
    if (name.startsWith("@")) return findPackages(nodeModules, path);
    const nested = `${path}/node_modules`;
    return existsSync(join(nodeModules, nested)) ? [path, ...findPackages(nodeModules, nested)] : [path];
  });
}

/** Without hidden folders (.bin, .cache) and without links, which lead to other projects. */
function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith(".") ? [entry.name] : []));
}

function folderAbove(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  if (dirname(folder) === folder) throw new Error("the demo belongs into a project with a package.json");
  return folderAbove(dirname(folder));
}
