import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "./page.js";
import { programOf } from "./program.js";

/** What this very file was compiled into: it holds the library too. */
const compiled = fileURLToPath(new URL("../../", import.meta.url));

/** The project's folder. */
export const project = dirname(createRequire(import.meta.url).resolve("typeorm-jobs/package.json"));

/** How a program ended. */
export interface Run {
  readonly code: number | null;
  readonly output: string;
  /** It ran to its last line. */
  readonly ended: boolean;
}

/** A project of somebody who uses the package: the pages' programs, and `typeorm-jobs` in its node_modules. */
export class Workshop {
  readonly #folder: string;

  constructor(name: string) {
    this.#folder = join(compiled, name);
    rmSync(this.#folder, { recursive: true, force: true });
    const installed = join(this.#folder, "node_modules/typeorm-jobs");
    mkdirSync(join(installed, "dist"), { recursive: true });
    cpSync(join(project, "package.json"), join(installed, "package.json"));
    symlinkSync(join(compiled, "src"), join(installed, "dist/src"), "junction");
    this.#write("package.json", JSON.stringify({ type: "module" }));
  }

  /** Compiles the programs in one go, with the compiler options the README tells users to set. Answers what the compiler says. */
  compile(pages: readonly Page[], compilerOptions: object): string {
    for (const page of pages) this.#write(`${page.name}.ts`, programOf(page, "../test/docs/runtime.js"));
    const own = {
      noEmitOnError: false,
      sourceMap: true,
      inlineSources: true,
      skipLibCheck: true,
      types: ["node"],
      rootDir: ".",
    };
    const files = pages.map((page) => `${page.name}.ts`);
    this.#write("tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, ...own, outDir: "." }, files }));
    const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
    const args = [compiler, "--pretty", "false", "-p", this.#folder];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.#folder, encoding: "utf8" });
    return `${stdout}${stderr}`.trim();
  }

  /** Runs one of them to its end. */
  async run(page: Page, databaseUrl: string): Promise<Run> {
    const DOCS_END = `the end of ${page.name}`;
    const child = spawn(process.execPath, ["--enable-source-maps", join(this.#folder, `${page.name}.js`)], {
      cwd: this.#folder,
      env: { ...process.env, DATABASE_URL: databaseUrl, DOCS_END },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    }
    const code = await new Promise<number | null>((resolve, reject) => child.on("close", resolve).on("error", reject));
    return { code, output, ended: output.includes(DOCS_END) };
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }
}
