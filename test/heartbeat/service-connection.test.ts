import { expect } from "chai";
import { ServiceConnection } from "../../src/loop/service-connection.js";
import { until } from "../support/until.js";
import { rejection } from "./harness.js";

/** A connection that remembers what became of it. */
interface Line {
  readonly number: number;
  closed: boolean;
}

describe("ServiceConnection", () => {
  let lines: Line[];
  let opening: (line: Line) => Promise<Line>;
  let service: ServiceConnection<Line>;

  beforeEach(() => {
    lines = [];
    opening = async (line) => line;
    service = new ServiceConnection<Line>(
      {
        open: () => {
          const line = { number: lines.length + 1, closed: false };
          lines.push(line);
          return opening(line);
        },
        close: async (line) => {
          line.closed = true;
        },
      },
      20,
    );
  });

  it("opens one connection when it is first used, and uses it again", async () => {
    const release = service.keep();
    expect(lines).to.have.length(0);
    expect(await service.use(async (line) => line.number, 1_000)).to.equal(1);
    expect(await Promise.all([number(), number(), number()])).to.deep.equal([1, 1, 1]);
    release();
  });

  it("does one piece of work at a time, in order", async () => {
    const order: string[] = [];
    const work = (name: string) =>
      service.use(async () => {
        order.push(`${name} begins`);
        await until(() => true, { what: "a turn of the event loop" });
        order.push(`${name} ends`);
      }, 1_000);
    await Promise.all([work("a"), work("b")]);
    expect(order).to.deep.equal(["a begins", "a ends", "b begins", "b ends"]);
  });

  it("closes the connection after work that failed, and opens another at the next use", async () => {
    const release = service.keep();
    expect(await rejection(service.use(() => Promise.reject(new Error("broken")), 1_000))).to.have.property(
      "message",
      "broken",
    );
    expect(await number()).to.equal(2);
    await until(() => lines[0]?.closed, { what: "the broken connection to close" });
    expect(lines[1]?.closed).to.equal(false);
    release();
  });

  it("gives up a connection whose work isn't done in time, for all who wait for it", async () => {
    const release = service.keep();
    const hanging = rejection(service.use(() => new Promise(() => {}), 60));
    const behind = rejection(service.use(async () => 1, 30));
    expect(await behind).to.have.property("message", "no answer within 30 ms");
    expect(await number()).to.equal(2);
    expect(await hanging).to.have.property("message", "no answer within 60 ms");
    expect(await number()).to.equal(2); // not given up a second time
    release();
  });

  it("bounds the wait for a connection that can't be opened", async () => {
    let arrive = (_: Line) => {};
    opening = () =>
      new Promise((resolve) => {
        arrive = resolve;
      });
    expect(await rejection(number(30))).to.have.property("message", "no answer within 30 ms");
    opening = async (line) => line;
    expect(await number()).to.equal(2);
    arrive(lines[0]!); // late: nobody wants it any more
    await until(() => lines[0]?.closed, { what: "the late connection to close" });
  });

  it("tries again after a connection that was refused", async () => {
    opening = () => Promise.reject(new Error("refused"));
    expect(await rejection(number())).to.have.property("message", "refused");
    opening = async (line) => line;
    expect(await number()).to.equal(2);
  });

  it("closes the connection when nobody wants it any more, and opens another when somebody does", async () => {
    expect(await number()).to.equal(1);
    await until(() => lines[0]?.closed, { what: "the idle connection to close" });
    expect(await number()).to.equal(2);
  });

  it("keeps the connection while somebody asks for it to be kept", async () => {
    const [first, second] = [service.keep(), service.keep()];
    await number();
    first();
    first(); // once is enough
    const end = performance.now() + 100;
    await until(() => performance.now() > end, { what: "longer than the idle time" });
    expect(await number()).to.equal(1);
    second();
    await until(() => lines[0]?.closed, { what: "the connection to close" });
  });

  function number(patience = 1_000): Promise<number> {
    return service.use(async (line) => line.number, patience);
  }
});
