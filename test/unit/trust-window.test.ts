import { expect } from "chai";
import { type Clocks, systemClocks } from "../../src/util/monotonic.js";
import { TrustWindow } from "../../src/util/trust-window.js";

class SettableClocks implements Clocks {
  monotonicTime = 5_000;
  wallTime = 1_700_000_000_000;
  monotonic = () => this.monotonicTime;
  wall = () => this.wallTime;
  pass(ms: number): void {
    this.monotonicTime += ms;
    this.wallTime += ms;
  }
}

describe("TrustWindow", () => {
  let clocks: SettableClocks;
  let trust: TrustWindow;
  beforeEach(() => {
    clocks = new SettableClocks();
    trust = new TrustWindow(clocks);
  });

  it("trusts nothing before the first answer", () => {
    expect(trust.trusted()).to.equal(false);
    expect(trust.remaining()).to.equal(0);
  });

  it("counts from before the request, less a second", () => {
    const sentAt = trust.now();
    clocks.pass(2_000); // the request took that long
    trust.renew(sentAt, 60_000);
    expect(trust.remaining()).to.equal(57_000);
    clocks.pass(56_999);
    expect(trust.trusted()).to.equal(true);
    clocks.pass(1);
    expect(trust.trusted()).to.equal(false);
    expect(trust.remaining()).to.equal(0);
  });

  it("takes off a tenth of a short duration", () => {
    trust.renew(trust.now(), 100);
    expect(trust.remaining()).to.equal(90);
  });

  it("doesn't trust an answer that came too late", () => {
    const sentAt = trust.now();
    clocks.pass(60_000);
    trust.renew(sentAt, 60_000);
    expect(trust.trusted()).to.equal(false);
  });

  it("ends by wall time where monotonic time stood still (sleep)", () => {
    trust.renew(trust.now(), 60_000);
    clocks.wallTime += 59_000;
    expect(trust.trusted()).to.equal(false);
  });

  it("ends by monotonic time where the wall clock was set back", () => {
    trust.renew(trust.now(), 60_000);
    clocks.wallTime -= 3_600_000;
    expect(trust.remaining()).to.equal(59_000);
    clocks.monotonicTime += 59_000;
    expect(trust.trusted()).to.equal(false);
  });

  it("is prolonged by a renewal, and shortened by a shorter one", () => {
    trust.renew(trust.now(), 60_000);
    clocks.pass(50_000);
    trust.renew(trust.now(), 60_000);
    expect(trust.remaining()).to.equal(59_000);
    trust.renew(trust.now(), 10_000);
    expect(trust.remaining()).to.equal(9_000);
  });

  it("runs on the clocks of the system", () => {
    const system = new TrustWindow(systemClocks);
    system.renew(system.now(), 60_000);
    expect(system.remaining()).to.be.within(50_000, 59_000);
    expect(system.now().wall).to.be.closeTo(Date.now(), 5_000);
  });
});
