import { expect } from "chai";
import { type JobRepository, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { JobWorker } from "./job-worker.js";
import { entities, Parcel } from "./jobs.js";
import { databaseNow, LAST_RECORD, lapse, liesBetween, storedJob } from "./rows.js";

const HOUR = 3_600_000;
const preload = ["--enable-source-maps", "--import", new URL("./shift-clock.js", import.meta.url).href];

/** Processes whose clocks and time zones are not the database's. */
const places = [
  { what: "five hours fast, in Kolkata", shift: 5 * HOUR, zone: "Asia/Kolkata", offset: -330, session: "America/St_Johns" },
  {
    what: "five hours slow, in Los Angeles",
    shift: -5 * HOUR,
    zone: "America/Los_Angeles",
    offset: 480,
    session: "Asia/Kathmandu",
  },
];

describe("A process whose clock is", () => {
  const schema = useSchema("clock");
  let parcels: JobRepository<Parcel>;

  before(async () => {
    parcels = jobs(Parcel, await schema.connect(entities));
  });

  for (const { what, shift, zone, offset, session } of places) {
    it(`${what}, keeps locks, expiry and all stored times by the database's clock`, async () => {
      const id = (name: string) => `${name} ${zone}`;
      const env = { TZ: zone, CLOCK_SHIFT_MS: `${shift}` };
      const worker = new JobWorker(schema, { env, execArgv: preload, timeZone: session });
      const ready = await worker.ready();
      expect(Math.abs(ready.now! - shift - Date.now())).to.be.below(HOUR);
      expect([offset, offset - 60]).to.include(ready.offset);
      const tell = async (...command: Parameters<JobWorker["tell"]>) => {
        const after = await databaseNow(schema);
        const reply = await worker.tell(...command);
        return { reply, span: { after, before: await databaseNow(schema) } };
      };

      // What it inserts is due by the database's clock, and a time it names is taken as written.
      const { span: inserted } = await tell({ type: "enqueue", id: id("a") });
      expect(await liesBetween(schema, "run_at", id("a"), inserted)).to.equal(true);
      expect(await liesBetween(schema, "created_at", id("a"), inserted)).to.equal(true);
      const { span: delayed } = await tell({ type: "enqueue", id: id("delayed"), delay: "2h" });
      expect(await liesBetween(schema, "run_at", id("delayed"), { ...delayed, shift: "2 hours" })).to.equal(true);
      await worker.tell({ type: "enqueue", id: id("named"), runAt: "2031-03-30T01:30:00.123Z" });
      expect((await parcels.findByStatus("pending")).find((job) => job.id === id("named"))!.runAt).to.deep.equal(
        new Date("2031-03-30T01:30:00.123Z"),
      );

      // Its lock lasts as long as it asked for, and a lock of others neither shorter nor longer to it.
      const { reply, span: started } = await tell({ type: "start", id: id("a"), options: { expire: "20m" } });
      expect(reply).to.include({ error: null });
      expect(await liesBetween(schema, "lock_at", id("a"), started)).to.equal(true);
      expect(await liesBetween(schema, "updated_at", id("a"), started)).to.equal(true);
      expect(await liesBetween(schema, "lock_until", id("a"), { ...started, shift: "20 minutes" })).to.equal(true);
      expect(await parcels.tryStart(id("a"))).to.equal(null);
      await parcels.enqueue({ id: id("b") });
      await parcels.start(id("b"), { expire: "10m" });
      expect(await worker.tell({ type: "start", id: id("b") })).to.include({ error: "JobLockedError" });
      await lapse(schema, "parcel", id("b"));
      expect(await worker.tell({ type: "start", id: id("b") })).to.include({ error: null, fence: 2 });
      const { span: extended } = await tell({ type: "settle", id: id("a"), outcome: "extend" });
      expect(await liesBetween(schema, "lock_until", id("a"), { ...extended, shift: "20 minutes" })).to.equal(true);

      // Records and the time of the next attempt.
      const { span: failed } = await tell({ type: "settle", id: id("a"), outcome: "fail" });
      expect((await storedJob(schema, "parcel", id("a"))).job).to.include({ status: 30, retry: 1 });
      expect(await liesBetween(schema, "run_at", id("a"), { ...failed, shift: "1 second" })).to.equal(true);
      expect(await liesBetween(schema, LAST_RECORD, id("a"), failed)).to.equal(true);
      const { span: succeeded } = await tell({ type: "settle", id: id("b"), outcome: "succeed" });
      expect(await liesBetween(schema, "finished_at", id("b"), succeeded)).to.equal(true);
      expect((await storedJob(schema, "parcel", id("b"))).job).to.include({ status: 40 });
    });
  }
});
