import { isBuiltin } from "node:module";
import { posix } from "node:path";
import ts from "typescript-5";
import type { Packed } from "./packed.js";

/** What one file of the package imports. */
export interface Imports {
  /** Names of packages, Node's own left out. */
  readonly packages: readonly string[];
  /** Paths in the tarball, whether they are there or not. */
  readonly files: readonly string[];
}

/** What a file (.js or .d.ts) imports in whatever way. */
export function importsOf(packed: Packed, path: string): Imports {
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(packed.read(path), true, true);
  const names = [...importedFiles, ...typeReferenceDirectives].map(({ fileName }) => fileName);
  const own = names.filter((name) => name.startsWith("."));
  const foreign = names.filter((name) => !name.startsWith(".") && !isBuiltin(name));
  return {
    packages: [...new Set(foreign.map(packageOf))],
    // Declarations import `./x.js` and mean `./x.d.ts`.
    files: own
      .map((name) => posix.join(posix.dirname(path), name))
      .map((name) => (path.endsWith(".d.ts") ? name.replace(/\.js$/, ".d.ts") : name)),
  };
}

/** All files that loading one of them loads. */
export function loadedBy(packed: Packed, entry: string): Set<string> {
  const loaded = new Set([entry]);
  // A set also visits what is added meanwhile.
  for (const path of loaded) for (const file of importsOf(packed, path).files) loaded.add(file);
  return loaded;
}

/** `@scope/name` of `@scope/name/path`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
