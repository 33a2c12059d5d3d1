import { expect } from "chai";
import { startProcess } from "../support/processes.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";
import { leaseOf } from "./harness.js";
import type { ProcessArguments, Told } from "./job-process.js";
import { ProcessJob } from "./process-job.js";

describe("a process", () => {
  const schema = useSchema("process");

  before(() => schema.connect([ProcessJob]));

  it("ends by itself when its job is finished, without destroy()", async () => {
    await ProcessJob.enqueue({ id: "finish" });
    expect(await start("finish").exited).to.deep.equal({ code: 0, signal: null });
    expect(await leaseOf(schema, "process_job", "finish")).to.include({ status: 40, lock: null });
  });

  it("ends by itself while a job is open that nobody works on; the lock expires", async () => {
    await ProcessJob.enqueue({ id: "open" });
    expect(await start("open").exited).to.deep.equal({ code: 0, signal: null });
    expect(await leaseOf(schema, "process_job", "open")).to.include({ status: 20 });
    const successor = await takenOver("open");
    expect(successor.errors.map(({ code }) => code)).to.deep.equal(["lock_expired"]);
    await successor.succeed();
  });

  it("that is killed leaves its lock to expire", async () => {
    await ProcessJob.enqueue({ id: "hold" });
    const child = start("hold");
    await child.message("told");
    expect(await ProcessJob.tryStart("hold")).to.equal(null);
    child.kill("SIGKILL");
    await child.exited;
    const successor = await takenOver("hold");
    expect(successor).to.include({ fence: 2, retry: 1 });
    expect(successor.errors[0]).to.include({ code: "lock_expired", fence: 1, attempt: 1 });
    expect(successor.errors[0]?.by).to.match(new RegExp(`:${child.pid}$`));
    await successor.succeed();
  });

  it("that destroys its DataSource while jobs are open gets clear errors, and ends", async () => {
    await ProcessJob.enqueue([{ id: "destroy" }, { id: "running" }, { id: "timed" }]);
    const child = start("destroy");
    expect(await child.exited).to.deep.equal({ code: 0, signal: null });
    const told = async () => (await child.message<Told>("told")).text;
    expect(await told()).to.equal("aborted: JobLockExpiredError");
    expect(await told()).to.match(/^run: .*not (connected|initiali[sz]ed)/i);
    expect(await told()).to.match(/^succeed: .*not (connected|initiali[sz]ed)/i);
    expect(await told()).to.equal("unhandled: ");
    // Nothing renews the locks any more.
    for (const id of ["destroy", "running", "timed"]) await (await takenOver(id)).succeed();
  });

  it("prints the timeline of the attempts that asked for debug to stderr, a line each, once", async () => {
    await ProcessJob.enqueue(["quiet", "debug-1", "debug-2", "debug-3", "debug-4"].map((id) => ({ id })));
    const child = start("debug");
    expect(await child.exited, child.stderr()).to.deep.equal({ code: 0, signal: null });
    const lines = child.stderr().trimEnd().split("\n");
    for (const line of lines) expect(line).to.match(/^\[typeorm-jobs\] ProcessJob /);
    const of = (id: string) => lines.filter((line) => line.includes(` ${id}: `)).map((line) => line.split(`${id}: `)[1]);
    expect(of("quiet")).to.deep.equal([]);
    for (const id of ["debug-1", "debug-2"]) {
      const [begin, locked, outcome] = of(id);
      expect(begin).to.equal("start");
      expect(locked).to.match(/^locked, attempt 1, fence 1, until \d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(outcome).to.match(/^succeed after \d+ ms, status succeeded 40$/);
    }
    expect(of("debug-1")[3]).to.equal("start");
    expect(of("debug-1")[4]).to.match(/^refused: JobAlreadySucceededError: ProcessJob "debug-1" has already succeeded/);
    expect(of("debug-1")).to.have.length(5);
    expect(of("debug-2")).to.have.length(3);
    expect(of("debug-3").at(-1)).to.match(/^fail after \d+ ms \(Error: first line second line\), status failed 30$/);
    expect(of("debug-4").at(-1)).to.match(/^fail after \d+ ms \(.*awkward\), status failed 30$/);
  });

  async function takenOver(id: string) {
    const successor = await until(() => ProcessJob.tryStart(id, { expire: "60s" }), { what: "the lock to expire" });
    if (!successor) throw new Error("unreachable");
    return successor;
  }

  function start(scenario: ProcessArguments["scenario"]) {
    const args: ProcessArguments = { schema: schema.name, scenario };
    return startProcess(new URL("./job-process.js", import.meta.url), args);
  }
});
