import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "./package-error.js";

/** A package.json. Anybody may have written it, so nothing is known of its values. */
export type Manifest = Readonly<Record<string, unknown>>;

/** @throws PackageError where there is none, or none that can be read */
export async function readManifest(folder: string, name: string): Promise<Manifest> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch((cause: unknown) => {
    throw new PackageError("NO_MANIFEST", `${name} has no package.json`, { cause });
  });
  const manifest = parse(text, name);
  if (isObject(manifest)) return manifest;
  throw new PackageError("BROKEN_MANIFEST", `the package.json of ${name} holds no object`);
}

/** The files that the outside may ask for: of `main`, `module`, `browser`, `bin` and `exports`, each once. */
export function entryPointsOf(manifest: Manifest): string[] {
  const { main, module, browser, bin, exports } = manifest;
  const targets = [main, module, browser, bin, exports].flatMap(textsIn);
  return [...new Set(targets.map((target) => target.replace(/^\.\//, "")))].sort();
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PackageError("BROKEN_MANIFEST", `the package.json of ${name} is no JSON`, { cause });
  }
}

/** All texts in a value: `exports` nests conditions as deep as its author likes. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function isObject(value: unknown): value is Manifest {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
