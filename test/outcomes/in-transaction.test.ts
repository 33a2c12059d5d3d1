import { expect } from "chai";
import type { EntityManager } from "typeorm";
import { JobStatus } from "../../src/index.js";
import { useJobs } from "./use-jobs.js";

describe("in the caller's transaction, with { manager }", () => {
  const test = useJobs("intransaction");
  const undo = new Error("undo it");

  it("enqueue rolls back with it, one statement or several", async () => {
    await rolledBack(async (manager) => {
      await test.jobs.enqueue({ id: "gone" }, { manager });
      await test.jobs.enqueue(
        Array.from({ length: 1_001 }, (_, index) => ({ id: `gone-${index}` })),
        { manager },
      );
      expect(await manager.query(`SELECT FROM ${test.schema.name}.outcome_job WHERE id LIKE 'gone%'`)).to.have.length(1_002);
    });
    expect(await test.schema.sql("SELECT FROM outcome_job WHERE id LIKE 'gone%'")).to.deep.equal([]);
  });

  it("enqueue with replace and ignore roll back with it", async () => {
    const id = await test.pending();
    const before = await test.row(id);
    await rolledBack(async (manager) => {
      await test.jobs.enqueue({ id, note: "new" }, { manager, onConflict: "replace" });
      expect(await test.jobs.enqueue({ id }, { manager, onConflict: "ignore" })).to.equal(null);
    });
    expect(await test.row(id)).to.deep.equal(before);
  });

  const verbs: [string, (id: string, manager: EntityManager) => Promise<number>, (id: string) => Promise<unknown>][] = [
    ["rerun", (id, manager) => test.jobs.rerun({ key: id }, { manager }), failed],
    ["rerun of many", (id, manager) => test.jobs.rerun({ status: "failed", keys: [id] }, { manager }), failed],
    ["cancel", (id, manager) => test.jobs.cancel({ key: id }, { manager }), async () => undefined],
    ["cancel of a running one", (id, manager) => test.jobs.cancel({ keys: [id] }, { manager }), started],
    ["schedule", (id, manager) => test.jobs.schedule({ key: id }, { delay: "1h", manager }), async () => undefined],
    [
      "purge",
      (_id, manager) => test.jobs.purge({ status: "succeeded", olderThan: 0, manager }),
      (id) => test.jobs.run(id, () => 1),
    ],
    ["rescue", (_id, manager) => test.jobs.rescue({ manager }), expired],
  ];

  for (const [verb, act, prepare] of verbs) {
    it(`${verb} counts, and rolls back or commits with it`, async () => {
      const id = await test.pending();
      await prepare(id);
      const before = await test.row(id);
      await rolledBack(async (manager) => {
        expect(await act(id, manager)).to.equal(1);
        expect(await test.row(id)).to.deep.equal(before);
      });
      expect(await test.row(id)).to.deep.equal(before);
      await test.source.transaction((manager) => act(id, manager));
      expect(await test.row(id)).not.to.deep.equal(before);
    });
  }

  it("queries see what it has written, and others don't", async () => {
    await rolledBack(async (manager) => {
      await test.jobs.cancel({ all: true }, { manager });
      const id = (await test.jobs.enqueue({ data: {} }, { manager }))!.id;
      expect((await test.jobs.findByStatus("pending", { manager })).map((job) => job.id)).to.deep.equal([id]);
      expect((await test.jobs.countByStatus({ manager })).pending).to.equal(1);
      expect((await test.jobs.countByStatus()).pending).not.to.equal(1);
      await manager.query(
        `UPDATE ${test.schema.name}.outcome_job SET status = 20, lock = gen_random_uuid(), lock_at = now(), lock_until = now() + '1h' WHERE id = $1`,
        [id],
      );
      expect(await test.jobs.findRunning({}, { manager })).to.have.length(1);
      expect(await test.jobs.findRunning()).to.have.length(0);
      await manager.query(`UPDATE ${test.schema.name}.outcome_job SET lock_until = now() - interval '1h' WHERE id = $1`, [id]);
      expect(await test.jobs.findExpired({}, { manager })).to.have.length(1);
      expect(await test.jobs.findExpired()).to.have.length(0);
    });
  });

  async function rolledBack(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    const error: unknown = await test.source
      .transaction(async (manager) => {
        await work(manager);
        throw undo;
      })
      .catch((thrown: unknown) => thrown);
    if (error !== undo) throw error;
  }

  async function failed(id: string): Promise<void> {
    await test.jobs.run(id, () => Promise.reject(new Error("boom")), { skipError: true });
    expect((await test.row(id)).status).to.equal(JobStatus.Failed);
  }

  function started(id: string): Promise<unknown> {
    return test.jobs.start(id);
  }

  async function expired(id: string): Promise<void> {
    // A lock of a process that is gone: nobody renews it.
    await test.schema.sql(
      "UPDATE outcome_job SET status = 20, run_at = NULL, fence = 1, lock = gen_random_uuid(), lock_until = now() - interval '1 s' WHERE id = $1",
      [id],
    );
  }
});
