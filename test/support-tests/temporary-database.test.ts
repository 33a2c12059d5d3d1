import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { InvalidOptionError } from "../../src/error/invalid-option-error.js";
import { findBinaries } from "../../src/testing/find-binaries.js";
import { startTemporaryDatabase, TemporaryDatabaseError, type TemporaryDatabaseOptions } from "../../src/testing/index.js";
import { startServer } from "../../src/testing/server.js";
import { openWorkplace } from "../../src/testing/workplace.js";
import { familyOf, processTable } from "../support/process-table.js";
import { startProcess, type TestProcess } from "../support/processes.js";
import { until } from "../support/until.js";
import type { Ending } from "./database-owner.js";

describe("a temporary database", () => {
  /** The temporary folder of the processes below, so that what other processes of this machine do there isn't seen. */
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "temporary-database-test-"));
    // As open as a real one: root's server runs as somebody else.
    chmodSync(folder, 0o755);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("is a durable server with an empty database in UTF-8, behind a password", async () => {
    await using database = await startTemporaryDatabase();
    expect(database.url).to.match(/^postgres:\/\/[^:@]+:[^:@]+@127\.0\.0\.1:\d+\/\w+$/);
    expect(await show(database.url, ["fsync", "server_encoding", "max_connections"])).to.deep.equal(["on", "UTF8", "100"]);
    // A socket file would lie outside its folder.
    expect(await show(database.url, ["listen_addresses", "unix_socket_directories"])).to.deep.equal(["127.0.0.1", ""]);
    const url = new URL(database.url);
    url.password = "guess";
    const error = await show(url.href, ["fsync"]).catch((thrown: Error) => thrown);
    expect(error)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/password authentication failed/);
  });

  it("takes server settings", async () => {
    await using database = await startTemporaryDatabase({ settings: { fsync: false, max_connections: 7, work_mem: "5MB" } });
    expect(await show(database.url, ["fsync", "max_connections", "work_mem"])).to.deep.equal(["off", "7", "5MB"]);
  });

  it("refuses options it doesn't know", async () => {
    const options = { setings: {} } as TemporaryDatabaseOptions;
    expect(await startTemporaryDatabase(options).catch((thrown: unknown) => thrown)).to.be.instanceOf(InvalidOptionError);
  });

  it("runs from a folder that the server's account can't enter, and without the links of an install script", async () => {
    const closed = join(folder, "closed");
    cpSync(findBinaries(), join(closed, "native"), { recursive: true, filter: (file) => !lstatSync(file).isSymbolicLink() });
    chmodSync(closed, 0o700);
    const workplace = await inFolder(async () => openWorkplace());
    const server = await startServer(workplace, { native: join(closed, "native"), settings: {} });
    expect(await show(server.url, ["data_directory"])).to.deep.equal([join(workplace.folder, "data")]);
    await server.stop();
    rmSync(workplace.folder, { recursive: true });
  });

  it("says in PostgreSQL's own words why it doesn't start, and leaves nothing", async () => {
    const before = familyOf(process.pid);
    const error = await inFolder(() =>
      startTemporaryDatabase({ settings: { nonsense: 1 } }).catch((thrown: unknown) => thrown),
    );
    expect(error).to.be.instanceOf(TemporaryDatabaseError).with.property("problem", "start_failed");
    expect((error as Error).message).to.match(/unrecognized configuration parameter "nonsense"/);
    expect(newcomers(before)).to.deep.equal([]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it("stops once, however often it is asked to", async () => {
    const before = familyOf(process.pid);
    const database = await inFolder(() => startTemporaryDatabase());
    expect(readdirSync(folder)).to.have.length(1);
    await Promise.all([database.stop(), database.stop()]);
    await database[Symbol.asyncDispose]();
    expect(newcomers(before)).to.deep.equal([]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  describe("leaves nothing behind when its owner", () => {
    it("stops it", () => endsWith("stop", { code: 0 }));
    it("forgets it: the server keeps no process alive", () => endsWith("return", { code: 0 }));
    it("calls process.exit", () => endsWith("exit", { code: 3 }));
    it("dies of an uncaught error", () => endsWith("uncaught", { code: 1 }));
    it("is asked to end (SIGTERM)", () => endsWith("wait", { signal: "SIGTERM" }, (owner) => owner.kill("SIGTERM")));
    it("is killed (SIGKILL)", () => endsWith("wait", { signal: "SIGKILL" }, (owner) => owner.kill("SIGKILL")));
    it("gets Ctrl-C with its whole process group", () =>
      endsWith("wait", { signal: "SIGINT" }, (owner) => owner.killGroup("SIGINT")));
    it("and its whole process group are killed", () =>
      endsWith("wait", { signal: "SIGKILL" }, (owner) => owner.killGroup("SIGKILL")));

    it("is killed while the server starts", async () => {
      const owner = ownerOf("wait");
      await until(() => readdirSync(folder).length > 0, { what: "its folder" });
      const family = familyOf(owner.pid);
      expect(family).to.have.length.above(1);
      owner.killGroup("SIGKILL");
      await owner.exited;
      await untilNothingIsLeft(family);
    });
  });

  it("prints nothing", async () => {
    const owner = ownerOf("stop");
    await owner.send({ type: "seen" });
    await owner.exited;
    expect(owner.stdout() + owner.stderr()).to.equal("");
  });

  async function endsWith(
    ending: Ending,
    expected: { code?: number; signal?: NodeJS.Signals },
    act: (owner: TestProcess) => void = () => undefined,
  ): Promise<void> {
    const owner = ownerOf(ending);
    await owner.message("running");
    // The owner itself, its supervisor, the server, and the server's own processes.
    const family = familyOf(owner.pid);
    await owner.send({ type: "seen" });
    expect(family).to.have.length.above(3);
    act(owner);
    expect(await owner.exited).to.include(expected);
    await untilNothingIsLeft(family);
  }

  function ownerOf(ending: Ending): TestProcess {
    return startProcess(new URL("./database-owner.js", import.meta.url), ending, { group: true, env: { TMPDIR: folder } });
  }

  async function untilNothingIsLeft(family: readonly number[]): Promise<void> {
    const left = () => processTable().filter(({ pid }) => family.includes(pid));
    await until(() => left().length === 0, { what: "all its processes to end", timeout: 15_000 });
    expect(readdirSync(folder)).to.deep.equal([]);
  }

  /** Runs `work` with the test's folder as this process's temporary folder. */
  async function inFolder<T>(work: () => Promise<T>): Promise<T> {
    const usual = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      return await work();
    } finally {
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
    }
  }
});

/** Processes that came from this one since `before` and still run; not the one that lists them. */
function newcomers(before: readonly number[]): string[] {
  const family = familyOf(process.pid);
  const isNew = (pid: number) => family.includes(pid) && !before.includes(pid);
  return processTable().flatMap(({ pid, command }) => (isNew(pid) ? [command] : []));
}

async function show(url: string, settings: readonly string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  // Its server may be stopped before the client is closed.
  client.on("error", () => undefined);
  await client.connect();
  try {
    const values: string[] = [];
    for (const setting of settings) {
      const { rows } = await client.query<{ value: string }>("SELECT current_setting($1) AS value", [setting]);
      values.push(rows[0]?.value ?? "");
    }
    return values;
  } finally {
    await client.end();
  }
}
