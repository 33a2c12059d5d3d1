import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputOf } from "./run-program.js";

/** The repository; this file runs from dist/test/packaging. */
export const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** What package.json says of interest here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The tarball as `npm publish` would upload it. */
export interface Packed {
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Where it is unpacked. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** The text of one of its files. */
  read(path: string): string;
}

const scratch: string[] = [];

after(() => {
  for (const folder of scratch) rmSync(folder, { recursive: true, force: true });
});

/** A folder outside the repository, so that nothing in it finds the repository's modules; deleted after the tests. */
export function scratchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "typeorm-jobs-packaging-")));
  scratch.push(folder);
  return folder;
}

let packing: Promise<Packed> | undefined;

/** Packs what is built, once, and unpacks it. Scripts are off: `prepack` would build while other tests run on dist. */
export function packed(): Promise<Packed> {
  packing ??= pack();
  return packing;
}

async function pack(): Promise<Packed> {
  const scratch = scratchFolder();
  const folder = join(scratch, "package");
  mkdirSync(folder);
  const options = ["--json", "--ignore-scripts", "--pack-destination", scratch];
  const [report] = JSON.parse(await outputOf("npm", ["pack", ...options], { cwd: repository })) as [
    Pick<Packed, "size" | "files"> & { filename: string },
  ];
  await outputOf("tar", ["-xzf", report.filename, "-C", folder, "--strip-components=1"], { cwd: scratch });
  const read = (path: string) => readFileSync(join(folder, path), "utf8");
  return { size: report.size, files: report.files, folder, manifest: JSON.parse(read("package.json")) as Manifest, read };
}
