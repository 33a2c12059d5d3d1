import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { projectRoot } from "./project-root.js";
import { ACCEPTED } from "./types/accepted.js";
import { CLASSES } from "./types/classes.js";
import { REFUSED } from "./types/refused.js";

const here = dirname(fileURLToPath(import.meta.url));
const declarations = join(here, "../../src/index.d.ts");

const OPTIONS = {
  target: "es2022",
  lib: ["es2023", "esnext.disposable"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  noEmit: true,
  noImplicitOverride: true,
  experimentalDecorators: true,
  useDefineForClassFields: false,
  paths: { "typeorm-jobs": [declarations] },
};

/** Compiles one file as a project of its own beside the built library, with its declarations checked, and answers the errors by line. */
function compile(text: string, options: object = {}): Map<number, string> {
  const folder = mkdtempSync(join(here, "compiled-"));
  try {
    writeFileSync(join(folder, "file.ts"), text);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...OPTIONS, ...options }, files: ["file.ts"] }),
    );
    const tsc = join(projectRoot, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], { encoding: "utf8" });
    const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
    return new Map(errors.map((error) => [Number(/file\.ts\((\d+),/.exec(error)?.[1] ?? 0), error]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the types", () => {
  describe("compile, and are what they say,", () => {
    const targets: Record<string, object> = {
      "with the options of this project": {},
      "with fields that are defined": { useDefineForClassFields: true },
      "with exact optional properties": { exactOptionalPropertyTypes: true },
      "with everything strict": {
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noPropertyAccessFromIndexSignature: true,
        useDefineForClassFields: true,
      },
      "for a bundler": { module: "esnext", moduleResolution: "bundler" },
    };
    for (const [what, options] of Object.entries(targets)) {
      it(what, () => {
        const errors = compile(CLASSES + ACCEPTED, { ...options, skipLibCheck: true });
        expect([...errors.values()]).to.deep.equal([]);
      });
    }

    it("with our declarations checked too", () => {
      const errors = [...compile(CLASSES + ACCEPTED, { skipLibCheck: false, exactOptionalPropertyTypes: true }).values()];
      expect(errors.filter((error) => !error.includes("node_modules"))).to.deep.equal([]);
    });
  });

  describe("refuse", () => {
    let errors: Map<number, string>;
    const first = CLASSES.split("\n").length;

    before(() => {
      errors = compile(CLASSES + REFUSED.map(([, line]) => `${line}\n`).join(""), { skipLibCheck: true });
    });

    for (const [index, [what, line]] of REFUSED.entries()) {
      it(`${what}: ${line}`, () => {
        expect(errors.get(first + index), "it compiles").to.be.a("string");
      });
    }

    it("nothing else", () => {
      expect([...errors.keys()].filter((line) => line < first || line >= first + REFUSED.length)).to.deep.equal([]);
    });
  });
});
