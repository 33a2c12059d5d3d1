import { expect } from "chai";
import { processTable } from "../support/process-table.js";
import { startProcess } from "../support/processes.js";

interface Word {
  readonly type: string;
  readonly text: string;
}

const script = new URL("./echo-process.js", import.meta.url);

describe("startProcess", () => {
  let lastPid: number;

  it("gives a process its arguments and environment, and talks with it both ways", async () => {
    const child = startProcess(script, { greeting: "hello" }, { env: { WHO: "you" } });
    expect(await child.message<Word>("greeting")).to.have.property("text", "hello you");
    await child.send({ type: "say", text: "yes" } as Word);
    expect(await child.exited).to.deep.equal({ code: 0, signal: null });
    // In another order than they came, and after the process has ended: none is lost.
    expect(await child.message<Word>(({ type }) => type === "second")).to.have.property("text", "yes");
    expect(await child.message<Word>("first")).to.have.property("text", "yes");
  });

  it("rejects a message that will never come, with what the process wrote to stderr", async () => {
    const child = startProcess(script, { greeting: "hello" });
    const never = child.message("never").catch((error: Error) => error);
    await child.send({ type: "say", text: "fail" } as Word);
    expect(await never)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/code 1.*Error: told to fail[\s\S]*echo-process\.ts/);
    expect(await child.message("never").catch((error: Error) => error)).to.equal(await never);
    expect(await child.exited).to.deep.equal({ code: 1, signal: null });
  });

  it("ends a process by signal", async () => {
    const child = startProcess(script, { greeting: "hello" });
    await child.message("greeting");
    child.kill();
    expect(await child.exited).to.deep.equal({ code: null, signal: "SIGKILL" });
  });

  it("may leave a process running, even a stopped one,", async () => {
    const child = startProcess(script, { greeting: "hello" });
    await child.message("greeting");
    child.kill("SIGSTOP");
    lastPid = child.pid;
  });

  it("which is killed at the end of its test", () => {
    expect(processTable().map(({ pid }) => pid)).to.not.include(lastPid);
  });
});
