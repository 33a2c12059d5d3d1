import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { useSchema } from "../support/schema.js";
import { projectRoot } from "./project-root.js";

const execute = promisify(execFile);
const ormconfig = fileURLToPath(new URL("../../ormconfig.js", import.meta.url));

describe("the TypeORM CLI", () => {
  const schema = useSchema("mapping_cli");
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "typeorm-jobs-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs it on the project's ormconfig, in this test's schema; never rejects. */
  async function typeorm(...args: string[]): Promise<{ code: number; output: string }> {
    const url = new URL(process.env.DATABASE_URL!);
    url.searchParams.set("options", `-c search_path=${schema.name}`);
    const cli = join(projectRoot, "node_modules/typeorm/cli.js");
    const env = { ...process.env, DATABASE_URL: url.href, NO_COLOR: "1" };
    try {
      const { stdout, stderr } = await execute(process.execPath, [cli, ...args, "-d", ormconfig], { cwd: projectRoot, env });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  it("makes the tables by the migrations that are checked in, and finds no drift afterwards", async () => {
    const run = await typeorm("migration:run");
    expect(run.output).to.match(/executed successfully/);
    expect(run.code).to.equal(0);
    const tables = await schema.sql("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1", [
      schema.name,
    ]);
    expect(tables.map(({ name }) => name)).to.have.members(["migrations", "ingest_job", "document_job"]);

    const [drift, log] = await Promise.all([typeorm("migration:generate", join(folder, "drift")), typeorm("schema:log")]);
    expect(drift.output).to.match(/No changes in database schema were found/);
    expect(await readdir(folder)).to.deep.equal([]);
    expect(log.output).to.match(/Your schema is up to date/);
  });

  it("notices a drift, so an empty one means something", async () => {
    await schema.sql("ALTER TABLE ingest_job ALTER COLUMN priority DROP DEFAULT");
    const log = await typeorm("schema:log");
    expect(log.output).to.match(/ALTER TABLE "ingest_job" ALTER COLUMN "priority" SET DEFAULT/);
    await schema.sql("ALTER TABLE ingest_job ALTER COLUMN priority SET DEFAULT 0");
  });

  it("takes the migrations back", async () => {
    expect((await typeorm("migration:revert")).output).to.match(/reverted successfully/);
    const tables = await schema.sql("SELECT 1 FROM information_schema.tables WHERE table_schema = $1", [schema.name]);
    expect(tables).to.have.lengthOf(1);
  });
});
