import { expect } from "chai";
import { Loop } from "../../src/loop/loop.js";
import { until } from "../support/until.js";

describe("Loop", () => {
  it("rests until it is woken", async () => {
    let turns = 0;
    const loop = new Loop(async () => {
      turns++;
      return undefined;
    }, 1);
    await passed(50);
    expect(turns).to.equal(0);
    loop.wakeIn(0);
    await until(() => turns === 1, { what: "a turn" });
    await passed(50);
    expect(turns).to.equal(1);
    loop.wakeIn(0);
    await until(() => turns === 2, { what: "another turn" });
  });

  it("takes the next turn when the last one said", async () => {
    const times: number[] = [];
    const loop = new Loop(async () => times.push(performance.now()) && 30, 1);
    loop.wakeIn(0);
    await until(() => times.length >= 4, { what: "turns" });
    for (let turn = 1; turn < times.length; turn++) expect(times[turn]! - times[turn - 1]!).to.be.greaterThan(28);
    loop.wakeIn(60_000); // later than what is due: no effect
    const before = times.length;
    await until(() => times.length > before, { what: "a turn that was due before" });
  });

  it("goes on after a turn that throws, or rejects", async () => {
    let turns = 0;
    const loop = new Loop(() => {
      turns++;
      if (turns === 1) throw new Error("thrown");
      if (turns === 2) return Promise.reject(new Error("rejected"));
      return Promise.resolve(undefined);
    }, 5);
    loop.wakeIn(0);
    await until(() => turns === 3, { what: "turns after the bad ones" });
  });

  it("wakes earlier when told to, not later", async () => {
    let turns = 0;
    const loop = new Loop(async () => {
      turns++;
      return undefined;
    }, 1);
    loop.wakeIn(60_000);
    loop.wakeIn(10);
    loop.wakeIn(60_000);
    await until(() => turns === 1, { what: "the earlier turn" });
  });

  it("takes one turn at a time, and one more when it was woken meanwhile", async () => {
    let running = 0;
    let most = 0;
    let turns = 0;
    let finish = () => {};
    const loop = new Loop(async () => {
      turns++;
      running++;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      running--;
      return undefined;
    }, 1);
    loop.wakeIn(0);
    await until(() => turns === 1, { what: "the first turn" });
    for (let times = 0; times < 5; times++) loop.wakeIn(0);
    await passed(50);
    expect(turns).to.equal(1);
    finish();
    await until(() => turns === 2, { what: "the turn it was woken for" });
    finish();
    await passed(50);
    expect({ turns, most }).to.deep.equal({ turns: 2, most: 1 });
  });

  it("takes the earlier of what a turn said and what it was woken for meanwhile", async () => {
    let turns = 0;
    const loop: Loop = new Loop(async () => {
      turns++;
      if (turns === 1) loop.wakeIn(10);
      return turns === 1 ? 60_000 : undefined;
    }, 1);
    loop.wakeIn(0);
    await until(() => turns === 2, { what: "the earlier turn" });
  });

  it("doesn't take a delay longer than a timer for none", async () => {
    let turns = 0;
    const loop = new Loop(async () => {
      turns++;
      return undefined;
    }, 1);
    loop.wakeIn(2 ** 40);
    await passed(50);
    expect(turns).to.equal(0);
    loop.wakeIn(0);
    await until(() => turns === 1, { what: "a turn" });
  });

  async function passed(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    await until(() => performance.now() > end, { what: `${milliseconds} ms`, interval: 5 });
  }
});
