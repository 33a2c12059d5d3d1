import { expect } from "chai";
import type { JobFailure } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { attempt, OpRace, OpTally, someTurns, type Told } from "./race-jobs.js";

const FOREIGN = ["lock_expired", "cancelled"];
const ROWS = 4;
const ROUNDS = 60;
/** The history of a row ends at a thousand records, so further rounds need further rows. */
const WAVES = 6;

describe("start, take-over, succeed, fail, cancel, rescue and rerun of one row at once", () => {
  const schema = useSchema("op_races");

  before(() => schema.connect([OpRace, OpTally], { poolSize: 16 }));

  const later = async (act: () => Promise<unknown>) => {
    await someTurns();
    await act();
  };
  /** Fences of attempts whose lock has expired: nobody else may be told to have been lost by that. */
  const expired = new Map<string, Set<number>>();
  const expire = async (id: string) => {
    const text = "UPDATE op_race SET lock_until = now() - interval '1 s' WHERE id = $1 AND lock IS NOT NULL RETURNING fence";
    for (const { fence } of await schema.sql<{ fence: number }>(text, [id])) expired.get(id)!.add(fence);
  };

  /** Everybody goes for the row, in an order that is never the same. */
  const round = async (id: string, told: Map<number, Told>) => {
    const operators = [
      () => expire(id),
      () => expire(id),
      () => OpRace.cancel({ key: id }),
      () => OpRace.rescue(),
      () => OpRace.rescue(),
      () =>
        OpRace.rerun({
          key: id,
          status: ["failed", "ignored", "succeeded"],
          reason: ["cancelled", "exhausted", "ignored", "Error", "lock_expired"],
        }),
      () => OpRace.rerun({ keys: [id], status: "succeeded" }),
    ];
    const attempts = Array.from({ length: 5 }, () => attempt(id, told));
    await Promise.all([...attempts, ...operators.filter(() => Math.random() < 0.6).map(later)]);
  };

  /** The row, its records, its effects and what callers were told say the same. */
  const expectConsistent = async (id: string, told: Map<number, Told>) => {
    const job = await OpRace.findOneByOrFail({ id });
    const { kind, reason, retry, errors } = job;
    const state = `${JSON.stringify(job)} ${JSON.stringify([...told])}`;
    const finished = kind === "succeeded" || kind === "ignored";
    expect(["pending", "failed", "succeeded", "ignored"], state).to.include(kind);
    expect(job, state).to.include({ lock: null, lockUntil: null, lockBy: null });
    expect(job.finishedAt !== null, `finishedAt ${state}`).to.equal(finished);
    expect(job.runAt === null, `runAt ${state}`).to.equal(finished);
    if (kind === "succeeded") expect({ retry, reason }, state).to.deep.equal({ retry: 0, reason: null });
    if (kind === "pending") expect(reason, state).to.equal(null);
    if (kind === "failed") expect(reason, state).to.be.oneOf(["Error", "lock_expired"]);
    if (kind === "failed") expect(retry, state).to.be.within(1, 2);
    if (kind === "ignored") expect(reason, state).to.be.oneOf(["exhausted", "ignored", "cancelled"]);
    if (reason === "exhausted") expect(retry, state).to.equal(3);

    expect(
      [...told.keys()].sort((a, b) => a - b),
      state,
    ).to.deep.equal(Array.from({ length: job.fence }, (_, n) => n + 1));
    const records = new Map<number, JobFailure[]>();
    for (const record of errors) records.set(record.fence, [...(records.get(record.fence) ?? []), record]);
    for (const [fence, outcome] of told) {
      const own = records.get(fence) ?? [];
      const codes = own.map(({ code }) => code);
      const expected = outcome === "succeeded" || outcome === "released" ? 0 : 1;
      expect(own.length, `fence ${fence} ${outcome} ${state}`).to.equal(expected);
      if (codes[0] === "lock_expired") expect(expired.get(id)!.has(fence), `fence ${fence} lived ${state}`).to.equal(true);
      if (outcome === "lost") expect(codes[0], `fence ${fence} ${state}`).to.be.oneOf(FOREIGN);
      if (outcome === "failed") expect(codes, state).to.deep.equal([undefined]);
      if (outcome === "ignored") expect(codes, state).to.deep.equal(["ignored"]);
    }
    expect(
      errors.map(({ fence }) => fence),
      state,
    ).to.deep.equal(errors.map(({ fence }) => fence).sort((a, b) => a - b));

    const succeeded = [...told].filter(([, outcome]) => outcome === "succeeded").map(([fence]) => fence);
    const tally = await tallyOf(id);
    expect(tally.fences, state).to.deep.equal(succeeded.sort((a, b) => a - b));
    expect(tally.count, state).to.equal(succeeded.length);
  };

  const tallyOf = async (id: string) =>
    (await schema.sql<OpTally & Record<string, unknown>>("SELECT * FROM op_tally WHERE job = $1", [id]))[0]!;

  it("ends each of more than a thousand rounds in one consistent state with its records", async function () {
    this.timeout(120_000); // over ten thousand operations
    const all = Array.from({ length: ROWS * WAVES }, (_, n) => ({ id: `race-${n}`, told: new Map<number, Told>() }));
    await OpRace.enqueue(all.map(({ id }) => ({ id })));
    for (const { id } of all) {
      expired.set(id, new Set());
      await schema.sql("INSERT INTO op_tally (job) VALUES ($1)", [id]);
    }
    const race = async ({ id, told }: (typeof all)[number]) => {
      for (let n = 0; n < ROUNDS; n++) {
        await round(id, told);
        // A row of a round is done when all have left it; a rescue of another row's round may still come, and does no harm.
        await expectConsistent(id, told);
        await OpRace.rerun({ key: id, status: ["ignored", "succeeded"], reason: ["cancelled", "exhausted", "ignored"] });
        await OpRace.rerun({ key: id, status: "succeeded" });
      }
    };
    for (let wave = 0; wave < WAVES; wave++) await Promise.all(all.slice(wave * ROWS, (wave + 1) * ROWS).map(race));
    const outcomes = all.flatMap(({ told }) => [...told.values()]);
    // Every way to end was taken, often: the rounds were races indeed.
    for (const outcome of ["succeeded", "failed", "ignored", "released", "lost"] as const) {
      expect(outcomes.filter((one) => one === outcome).length, outcome).to.be.greaterThan(5);
    }
  });
});
