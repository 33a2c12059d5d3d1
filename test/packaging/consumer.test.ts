import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { useSchema } from "../support/schema.js";
import { compile, outputFolder } from "./compile.js";
import type { Complaint } from "./complaint.js";
import { packed } from "./packed.js";
import { addApplication, makeProject, type Project } from "./project.js";
import { whatTheApplicationReports, whatTheOldOneReports } from "./reports.js";
import { outputOf } from "./run-program.js";
import { applications, type Compiler, commonjs, compilers, declarations, doors, refusing, type Setting } from "./settings.js";

describe("an application that uses the package", () => {
  let project: Project;
  let marks: Complaint[];
  const complaints = new Map<Compiler, Map<string, Complaint[]>>();

  before(async function () {
    this.timeout(120_000); // 26 programs
    project = await makeProject("pg", "@types/node");
    addApplication(project, (path, text) => (path === "refused.ts" ? text.replaceAll("@ts-expect-error", "expect") : text));
    marks = marksIn("refused.ts", readFileSync(join(project.folder, "refused.ts"), "utf8"));
    const own = (await packed()).files.map(({ path }) => path).filter((path) => path.endsWith(".d.ts"));
    const work = [
      ...applications.map((setting) => ({ setting, files: ["main.ts", "refused.ts"] })),
      { setting: declarations, files: own.map((path) => `node_modules/typeorm-jobs/${path}`) },
      ...doors.map((setting) => ({ setting, files: [`node_modules/typeorm-jobs/dist/src/${setting.name}.d.ts`] })),
      ...[...commonjs, refusing].map((setting) => ({ setting, files: ["legacy.cts"] })),
    ];
    const all = Object.keys(compilers) as Compiler[];
    const compiling = all.map(async (compiler) => complaints.set(compiler, await compile(project, compiler, work)));
    // Both to their end: one that still writes would bring back the folder that is deleted after the tests.
    await Promise.allSettled(compiling);
    await Promise.all(compiling);
  });

  for (const compiler of Object.keys(compilers) as Compiler[]) {
    const said = ({ name }: Setting) => complaints.get(compiler)?.get(name);

    describe(`in ${compiler}`, () => {
      for (const setting of applications) {
        it(`compiles where it should and not where it shouldn't: ${setting.name}`, () => {
          expect(marks).to.have.length.greaterThan(20);
          expect(said(setting)).to.have.members(marks);
        });
      }

      it("has declarations without a fault", () => {
        expect(said(declarations)).to.deep.equal([]);
      });

      it("has doors that need no types of the application's own", () => {
        for (const setting of doors) expect(said(setting), setting.name).to.deep.equal([]);
      });

      it("may be CommonJS with module node20 and nodenext, not with node16", () => {
        for (const setting of commonjs) expect(said(setting), setting.name).to.deep.equal([]);
        expect(said(refusing)).to.deep.equal(["legacy.cts(2): TS1471", "legacy.cts(3): TS1471"]);
      });

      for (const setting of applications.filter(({ name }) => name.startsWith("node16-exact"))) {
        const schema = useSchema("consumer");

        it(`runs: ${setting.name}`, async () => {
          expect(await run(join(outputFolder(compiler, setting), "main.js"), schema.name)).to.deep.equal(
            whatTheApplicationReports,
          );
        });
      }

      describe("as CommonJS", () => {
        const schema = useSchema("consumer");

        it("runs", async () => {
          const script = join(outputFolder(compiler, commonjs[0]!), "legacy.cjs");
          expect(await run(script, schema.name)).to.deep.equal(whatTheOldOneReports);
        });
      });
    });
  }

  async function run(script: string, schema: string): Promise<unknown> {
    return JSON.parse(await outputOf(process.execPath, [script], { cwd: project.folder, env: { SCHEMA: schema } }));
  }
});

/** The complaints that the marks of a file ask for: each about the line after it. */
function marksIn(path: string, text: string): Complaint[] {
  return text.split("\n").flatMap((line, index) => {
    const code = /^\s*\/\/ expect (TS\d+):/.exec(line)?.[1];
    return code === undefined ? [] : [`${path}(${index + 2}): ${code}`];
  });
}
