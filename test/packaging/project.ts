import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packed, repository, scratchFolder } from "./packed.js";

/** A user's project: a folder with the unpacked package and links to what the user would have installed beside it. */
export interface Project {
  readonly folder: string;
  /** Writes a file; objects as JSON. */
  write(path: string, content: string | object): void;
}

/**
 * Makes a project that has the package, its dependencies, its required peers and what is named here; nothing else can be found
 * from it.
 */
export async function makeProject(...installed: readonly string[]): Promise<Project> {
  const { folder: unpacked, manifest } = await packed();
  const folder = scratchFolder();
  const required = Object.keys(manifest.peerDependencies).filter((name) => !manifest.peerDependenciesMeta[name]?.optional);
  for (const name of [...Object.keys(manifest.dependencies), ...required, ...installed]) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(repository, "node_modules", name)), link, "junction");
  }
  // Not a link: the package must find its dependencies from where it is installed, not from the repository.
  cpSync(unpacked, join(folder, "node_modules", manifest.name), { recursive: true });
  const write: Project["write"] = (path, content) =>
    writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
  write("package.json", { private: true, type: "module" });
  return { folder, write };
}

/** Copies the sources of the user's application into a project; `edit` may change them on the way. */
export function addApplication(project: Project, edit: (path: string, text: string) => string = (_, text) => text): void {
  const sources = join(repository, "test/packaging/consumer");
  for (const path of readdirSync(sources)) project.write(path, edit(path, readFileSync(join(sources, path), "utf8")));
}
