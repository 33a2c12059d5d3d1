import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Complaint, complaintAbout } from "./complaint.js";
import { repository } from "./packed.js";
import type { Project } from "./project.js";
import { outputOf, runProgram } from "./run-program.js";
import { type Compiler, compilers, type Setting } from "./settings.js";

/** Where a setting's output goes. */
export function outputFolder(compiler: Compiler, { name }: Setting): string {
  return `out/${compilers[compiler]}/${name}`;
}

/** Compiles a project's files with a setting each; what the compiler says of the project and the package, not of others. */
export async function compile(
  project: Project,
  compiler: Compiler,
  jobs: readonly { readonly setting: Setting; readonly files: readonly string[] }[],
): Promise<Map<string, Complaint[]>> {
  const configurations = jobs.map(({ setting, files }) => {
    const path = `tsconfig.${compilers[compiler]}.${setting.name.replaceAll("/", "-")}.json`;
    const outDir = outputFolder(compiler, setting);
    project.write(path, { compilerOptions: { ...setting.options, rootDir: ".", outDir }, files });
    return path;
  });
  const all =
    compiler === "TypeScript 5.9" ? await inOneProcess(project, configurations) : await oneByOne(project, configurations);
  return new Map(jobs.map(({ setting }, index) => [setting.name, all[index] ?? ["not compiled"]]));
}

/** TypeScript 7 has no interface to call, and is fast. */
async function oneByOne({ folder }: Project, configurations: readonly string[]): Promise<Complaint[][]> {
  const found: Complaint[][] = [];
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
  for (const configuration of configurations) {
    const { code, stdout } = await runProgram(process.execPath, [tsc, "-p", configuration, "--pretty", "false"], {
      cwd: folder,
    });
    const complaints = [...stdout.matchAll(/^(?:(.+)\((\d+),\d+\): )?error (TS\d+):/gm)].map(([, path, line, name]) =>
      complaintAbout(folder, path, Number(line), name ?? ""),
    );
    if (code !== 0 && complaints.length === 0) throw new Error(`tsc ended with code ${code}: ${stdout}`);
    found.push(complaints.filter((complaint) => complaint !== undefined));
  }
  return found;
}

/** TypeScript 5.9 takes seconds to read what is the same each time. */
async function inOneProcess({ folder }: Project, configurations: readonly string[]): Promise<Complaint[][]> {
  const script = fileURLToPath(new URL("./compile-all.js", import.meta.url));
  return JSON.parse(await outputOf(process.execPath, [script, ...configurations], { cwd: folder })) as Complaint[][];
}
