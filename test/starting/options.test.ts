import { expect } from "chai";
import { InvalidOptionError, JobConfigurationError, type JobRepository, jobs, type StartOptions } from "../../src/index.js";
import { openProxy, type TestProxy } from "../support/proxy.js";
import { useSchema } from "../support/schema.js";
import { entities, Line, Parcel } from "./jobs.js";
import { thrownBy } from "./thrown.js";

const LONGER_THAN_A_TIMER = 2 ** 31;

/** What each option refuses. */
const wrong: Record<string, unknown[]> = {
  expire: [99, 0, -1, "99ms", "abc", "", null, true, {}, Number.NaN, Number.POSITIVE_INFINITY, LONGER_THAN_A_TIMER, "25d"],
  timeout: [0, -5, "soon", true, [], Number.NaN, LONGER_THAN_A_TIMER],
  maxAttempts: [0, -1, 1.5, "3", null, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31],
  step: ["parse", "", 10, null],
  startableFrom: ["done", 11, ["failed", 11], null],
  signal: [null, {}, true],
  create: [null, "data", []],
  debug: ["yes", 1, null],
};

describe("The options of a start", () => {
  const schema = useSchema("start_options");
  let proxy: TestProxy;
  let parcels: JobRepository<Parcel>;
  let lines: JobRepository<Line>;
  let requests = 0;

  before(async () => {
    proxy = await openProxy(process.env.DATABASE_URL!);
    const source = await schema.connect(entities, { url: proxy.url });
    parcels = jobs(Parcel, source);
    lines = jobs(Line, source);
    await parcels.enqueue({ id: "job" });
  });

  beforeEach(() => {
    requests = 0;
    proxy.intercept(() => {
      requests++;
      return "pass";
    });
  });

  after(() => proxy.close());

  /** All four ways to start refuse it in the same way, and nothing reaches the database. */
  async function refused<E extends Error>(options: unknown, type: abstract new (...args: never[]) => E, keys = ["job"]) {
    const given = options as StartOptions<Parcel>;
    const [key] = keys as [string];
    const work = () => expect.fail("it must not run");
    const errors = [
      await thrownBy(parcels.start(key, given), type),
      await thrownBy(parcels.tryStart(key, given), type),
      await thrownBy(parcels.run(key, work, given), type),
      await thrownBy(parcels.tryRun(key, work, given), type),
    ];
    expect(new Set(errors.map(({ message }) => message)).size).to.equal(1);
    expect(requests).to.equal(0);
    return errors[0]!;
  }

  for (const [option, values] of Object.entries(wrong)) {
    it(`refuse a wrong ${option}, before any statement`, async () => {
      for (const value of values) {
        const error = await refused({ [option]: value }, InvalidOptionError);
        expect(error.option, `${error.message}`).to.equal(option);
      }
    });
  }

  it("refuse a name that isn't known, and tell the nearest", async () => {
    for (const [name, meant] of [
      ["maxAttempt", "maxAttempts"],
      ["expires", "expire"],
      ["startablefrom", "startableFrom"],
      ["sginal", "signal"],
    ]) {
      const options = { [name!]: 1 };
      for (const ask of [
        parcels.start("job", options),
        parcels.tryStart("job", options),
        parcels.run("job", () => {}, options),
        parcels.tryRun("job", () => {}, options),
        Parcel.start("job", options),
      ]) {
        const error = await thrownBy(ask, InvalidOptionError);
        expect(error.message).to.include(`did you mean "${meant}"`).and.include("Parcel");
        expect(error.got).to.equal(name);
      }
    }
    expect(requests).to.equal(0);
  });

  it("are an object", async () => {
    for (const options of [null, 5, "5s", []]) {
      await refused(options, InvalidOptionError);
      await thrownBy(Parcel.start("job", options as never), InvalidOptionError);
      await thrownBy(
        Parcel.tryRun("job", () => {}, options as never),
        InvalidOptionError,
      );
    }
    expect(requests).to.equal(0);
  });

  it("know skipError in run only, as true or false", async () => {
    const error = await thrownBy(parcels.start("job", { skipError: true } as StartOptions<Parcel>), InvalidOptionError);
    expect(error.message).to.include("skipError");
    const notBoolean = parcels.run("job", () => {}, { skipError: 1 as unknown as boolean });
    expect(await thrownBy(notBoolean, InvalidOptionError)).to.include({ option: "skipError" });
    expect(requests).to.equal(0);
  });

  it("need work that is a function", async () => {
    for (const work of [undefined, null, "work", {}]) {
      expect(await thrownBy(parcels.run("job", work as never), InvalidOptionError)).to.include({ option: "work" });
      expect(await thrownBy(parcels.tryRun("job", work as never), InvalidOptionError)).to.include({ option: "work" });
    }
    expect(requests).to.equal(0);
  });

  it("need a key that the row can have", async () => {
    for (const key of [undefined, null, 5, {}, [], "a\0b", "x".repeat(256), { id: undefined }]) {
      expect(await refused({}, InvalidOptionError, [key as string])).to.include({ option: "key", jobClass: "Parcel" });
    }
    const error = await thrownBy(lines.start({ tenant: "a" }), InvalidOptionError);
    expect(error.message).to.include("{ tenant, no }").and.include("no: is missing");
    await thrownBy(lines.start("a" as never), InvalidOptionError);
    await thrownBy(lines.start({ tenant: "a", no: 1.5 }), InvalidOptionError);
    expect(requests).to.equal(0);
  });

  it("send no statement when their signal has aborted, and give its reason", async () => {
    const reason = new Error("the user left");
    expect(await refused({ signal: AbortSignal.abort(reason) }, Error)).to.equal(reason);
    const [row] = await schema.sql("SELECT status, fence FROM parcel WHERE id = 'job'");
    expect(row).to.deep.equal({ status: 10, fence: 0 });
  });

  it("find no DataSource that was closed", async () => {
    const closed = await schema.connect(entities, { synchronize: false });
    const repository = jobs(Parcel, closed);
    await closed.destroy();
    await thrownBy(repository.start("job"), JobConfigurationError);
  });

  it("take the shortest and the longest there is", async () => {
    await parcels.enqueue([{ id: "short" }, { id: "long" }]);
    const short = await parcels.start("short", { expire: 100, maxAttempts: 1, timeout: null, startableFrom: [] });
    expect(short.lockUntil!.getTime() - short.lockAt!.getTime()).to.be.within(99, 10_000);
    const long = await parcels.start("long", { expire: LONGER_THAN_A_TIMER - 1, maxAttempts: LONGER_THAN_A_TIMER - 1 });
    expect(long.lockUntil!.getTime() - long.lockAt!.getTime()).to.be.within(
      LONGER_THAN_A_TIMER - 2,
      LONGER_THAN_A_TIMER + 10_000,
    );
    await Promise.all([short.release(), long.release()]);
  });

  it("send one statement for a start, and two for one that is refused", async () => {
    await parcels.enqueue({ id: "counted" });
    requests = 0;
    const job = await parcels.start("counted");
    expect(requests).to.equal(1);
    await parcels.tryStart("counted");
    expect(requests).to.equal(3);
    await job.succeed();
    expect(requests).to.equal(4);
  });
});
