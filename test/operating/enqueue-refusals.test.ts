import { expect } from "chai";
import { InvalidDataError, InvalidOptionError, InvalidUpdateError, type NewJob } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { OpInvoice, OpJob } from "./jobs.js";
import { StatementLog } from "./statement-log.js";
import { thrownBy } from "./thrown-by.js";

describe("enqueue refuses, before any statement,", () => {
  const schema = useSchema("op_refusals");
  const log = new StatementLog();

  before(() => schema.connect([OpJob, OpInvoice], { logger: log, logging: true }));

  const refused = async <E extends Error>(type: new (...args: never[]) => E, job: object | object[]) => {
    let error: E | undefined;
    const statements = await log.during(async () => {
      error = await thrownBy(type, () => OpJob.enqueue(job as NewJob<OpJob>[]));
    });
    expect(statements).to.have.length(0);
    return error!;
  };

  it("an unknown name, with the nearest known one", async () => {
    expect((await refused(InvalidOptionError, { row: 1 })).message).to.contain('did you mean "rows"?');
    expect((await refused(InvalidOptionError, { prioritty: 1 })).message).to.contain('did you mean "priority"?');
  });

  it("an unknown option, with the nearest known one", async () => {
    const error = await thrownBy(InvalidOptionError, () => OpJob.enqueue({}, { onConflct: "ignore" } as object));
    expect(error.message).to.contain('did you mean "onConflict"?');
    const value = await thrownBy(InvalidOptionError, () => OpJob.enqueue({}, { onConflict: "ignored" as "ignore" }));
    expect(value.message).to.contain('did you mean "ignore"?');
  });

  for (const column of [
    "status",
    "reason",
    "lock",
    "lockAt",
    "lockUntil",
    "lockBy",
    "fence",
    "retry",
    "errors",
    "finishedAt",
  ]) {
    it(`the managed column ${column}`, async () => {
      expect((await refused(InvalidUpdateError, { [column]: null })).column).to.equal(column);
    });
  }

  it("a required key that is missing", async () => {
    const error = await thrownBy(InvalidOptionError, () => OpInvoice.enqueue({ tenant: "a", total: 1 }));
    expect(error.option).to.contain("no");
    await thrownBy(InvalidUpdateError, () => OpInvoice.enqueue({ tenant: null as never, no: 1 }));
  });

  it("what is no job", async () => {
    for (const job of [null, "job-1", 7]) await refused(InvalidOptionError, job as never);
  });

  it("what a column can't hold, naming the row and the column", async () => {
    const cases: [string, unknown][] = [
      ["rows", 1.5],
      ["rows", 2 ** 31],
      ["rows", Number.NaN],
      ["rows", "seven"],
      ["rows", 10n ** 20n],
      ["tenant", "x".repeat(21)],
      ["tenant", "a\0b"],
      ["tenant", "\ud800"],
      ["tenant", 5],
      ["id", "x".repeat(256)],
      ["priority", 2 ** 31],
      ["priority", null],
    ];
    for (const [column, value] of cases) {
      const error = await refused(InvalidUpdateError, [{ rows: 1 }, { [column]: value }]);
      expect(error.column, String(value)).to.equal(`[1].${column}`);
    }
  });

  it("all of many when one is refused", async () => {
    const error = await refused(InvalidDataError, [{ id: "a" }, { id: "b", data: { n: Number.NaN } }]);
    expect(error.path).to.equal("[1].data.n");
  });
});
