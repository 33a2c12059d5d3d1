import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { findPackages, projectFolder } from "../../examples/demo/packages.js";
import { familyOf, processTable } from "../support/process-table.js";
import { startProcess, type TestProcess } from "../support/processes.js";
import { until } from "../support/until.js";

const total = findPackages(join(projectFolder, "node_modules")).length;

describe("npm run demo", function () {
  // Four processes and a server for each run: seconds, and more of them on a busy machine.
  this.timeout(60_000);

  describe("without a database", () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "demo-test-"));
      // As open as a real one: root's server runs as somebody else.
      chmodSync(folder, 0o755);
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    it("shows the whole story on a temporary one", async () => {
      const demo = start({ DATABASE_URL: undefined, TMPDIR: folder });
      expect(await demo.exited).to.deep.equal({ code: 0, signal: null });
      expect(demo.stderr()).to.equal("");
      const text = demo.stdout();
      const [, killed] = /^Killed +worker 2 by SIGKILL, half-way, in the middle of (\S+)$/m.exec(text) ?? [];
      expect(killed, text).to.be.a("string");
      for (const part of [
        /^Database +PostgreSQL 1\d\.\d+, temporary/m,
        new RegExp(`^Jobs +${total} packages are installed: ${total} new jobs$`, "m"),
        /^Processes +worker 1 \(pid \d+\), worker 2 \(pid \d+\), worker 3 \(pid \d+\)$/m,
        new RegExp(`^Rescued +${killed}: due again\\n +Its record: attempt 1, fence 1, by .*, code lock_expired$`, "m"),
        new RegExp(`^Rescued +${killed}: succeeded in the end, by worker [13]$`, "m"),
        new RegExp(`█ +${total} of ${total}$`, "m"),
        /^By status +succeeded \d+, ignored \d+\nBy reason +exhausted \d+$/m,
        /^✗ typeorm \(2 attempts, NO_LICENCE_TEXT\)$/m,
        /^ {4}PackageError: .*\n {8}at findLicence \(.*licence\.(ts|js):\d+:\d+\)$/m,
        new RegExp(`^Rerun +of (\\d+) jobs, .*: \\1 succeeded\nBy status +succeeded ${total}$`, "m"),
        new RegExp(`^Packages +${total}, of \\d+ files and [\\d.]+ MB$`, "m"),
        /^Types +\d+ packages come with TypeScript declarations, \d+ without$/m,
        /^Done by .*worker 1: \d+/m,
        /^MIT +\d+ +[\d.]+ MB/m,
        /^Time +[\d.]+ s\n$/m,
      ]) {
        expect(text).to.match(part);
      }
      const lines = text.split("\n");
      expect(lines.filter((line) => line.length > 100)).to.deep.equal([]);
      expect(lines.length).to.be.below(80);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested
      expect(text).not.to.match(/[\x1b\r]/);
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    describe("leaves nothing behind after Ctrl-C", () => {
      const toAll = (demo: TestProcess) => demo.killGroup("SIGINT");

      it("while the database starts", async () => {
        const demo = start({ DATABASE_URL: undefined, TMPDIR: folder });
        await until(() => readdirSync(folder).length > 0, { what: "the folder of the database", timeout: 15_000 });
        await leavesNothing(demo, toAll);
      });

      it("half-way", () => leavesNothingAfter(/^Killed/m, toAll));
      // As a process manager asks it to end: the workers get no signal.
      it("while the processes start, of the demo alone", () =>
        leavesNothingAfter(/^Processes/m, (demo) => demo.kill("SIGINT")));
    });

    async function leavesNothingAfter(output: RegExp, act: (demo: TestProcess) => void): Promise<void> {
      const demo = start({ DATABASE_URL: undefined, TMPDIR: folder });
      await until(() => output.test(demo.stdout()), { what: String(output), timeout: 20_000 });
      await leavesNothing(demo, act);
    }

    async function leavesNothing(demo: TestProcess, act: (demo: TestProcess) => void): Promise<void> {
      const family = familyOf(demo.pid);
      expect(family).to.have.length.above(2);
      act(demo);
      expect(await demo.exited).to.deep.equal({ code: 130, signal: null });
      expect(demo.stdout()).to.match(/\nInterrupted\.\n$/);
      expect(demo.stderr()).to.equal("");
      const left = () => processTable().filter(({ pid }) => family.includes(pid));
      await until(() => left().length === 0, { what: "its processes to end", timeout: 15_000 });
      expect(readdirSync(folder)).to.deep.equal([]);
    }
  });

  describe("on a database of the user's", () => {
    const name = `demo_${randomBytes(4).toString("hex")}`;
    let url: string;

    before(async () => {
      const own = new URL(process.env.DATABASE_URL ?? "");
      own.pathname = name;
      url = own.href;
      await query(`CREATE DATABASE ${name}`);
    });

    after(() => query(`DROP DATABASE ${name} WITH (FORCE)`));

    it("goes on where a killed run stopped, and then skips all", async () => {
      const killed = start({ DATABASE_URL: url });
      await until(() => /^Killed/m.test(killed.stdout()), { what: "half of the jobs", timeout: 20_000 });
      killed.killGroup("SIGKILL");
      await killed.exited;

      const resumed = start({ DATABASE_URL: url });
      expect(await resumed.exited, resumed.stderr()).to.deep.equal({ code: 0, signal: null });
      const [, skipped] = /: 0 new jobs, (\d+) that succeeded in an earlier run are skipped$/m.exec(resumed.stdout()) ?? [];
      expect(Number(skipped), resumed.stdout()).to.be.within(total / 3, total - 1);
      expect(resumed.stdout()).to.match(/^Rescued .*: (due again|ignored)/m);
      expect(resumed.stdout()).to.match(new RegExp(`^Packages +${total},`, "m"));

      const again = start({ DATABASE_URL: url });
      expect(await again.exited, again.stderr()).to.deep.equal({ code: 0, signal: null });
      expect(again.stdout()).to.include(`0 new jobs, ${total} that succeeded in an earlier run are skipped`);
      expect(again.stdout()).not.to.match(/^(Processes|Killed|Rerun)/m);
      expect(again.stdout()).to.match(new RegExp(`^Packages +${total},`, "m"));
    });
  });
});

function start(env: Readonly<Record<string, string | undefined>>): TestProcess {
  return startProcess(new URL("../../examples/demo/main.js", import.meta.url), null, { group: true, env });
}

async function query(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(text);
  await client.end();
}
