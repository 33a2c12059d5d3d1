import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { noCycles, roomOrder } from "./support/house/rooms.js";
import { kebabCase, noAny, noDatabaseNamed, noIgnoredError, noLongFile, noRoomForAnything } from "./support/house/rules.js";
import { parseSource, readSources, type SourceFile } from "./support/house/source-file.js";

interface Rule {
  readonly name: string;
  readonly check: (files: readonly SourceFile[]) => string[];
  /** Made-up files by path that keep the rule, and what they come close to. */
  readonly good: Readonly<Record<string, string>>;
  /** Made-up files that break it, so that no rule can be kept by never finding anything. */
  readonly bad: readonly Readonly<Record<string, string>>[];
}

const rules: readonly Rule[] = [
  {
    name: "a room imports only rooms below it",
    check: roomOrder,
    good: {
      "store/claim.ts": 'import { a } from "../dialect/a.js"; import "./b.js"; import "typeorm";',
      "policy/policy.ts": 'import "../status/codes.js";',
      "testing/door.ts": 'import "../index.js";',
      "index.ts": 'export * from "./entity/job-entity.js";',
    },
    bad: [
      { "store/claim.ts": 'import { a } from "../attempt/a.js";' },
      { "store/claim.ts": 'import type { A } from "../attempt/a.js";' },
      { "store/claim.ts": 'export { a } from "../attempt/a.js";' },
      { "store/claim.ts": 'const a = await import("../attempt/a.js");' },
      { "store/claim.ts": 'type A = import("../attempt/a.js").A;' },
      { "dialect/deep/claim.ts": 'import "../../table/names.js";' },
      { "store/claim.ts": 'import "../index.js";' },
      { "index.ts": 'export * from "./testing/index.js";' },
      { "attic/old.ts": "" },
      { "other.ts": "" },
    ],
  },
  {
    name: "no file imports itself by way of others",
    check: noCycles,
    good: {
      "util/a.ts": 'import { b } from "./b.js"; import { c } from "./c.js";',
      "util/b.ts": 'import { c } from "./c.js"; import type { A } from "./a.js";',
      "util/c.ts": "",
    },
    bad: [
      { "util/a.ts": 'import "./a.js";' },
      {
        "util/a.ts": 'import "./b.js";',
        "error/b.ts": "",
        "util/b.ts": 'import "./c.js";',
        "util/c.ts": 'export * from "./a.js";',
      },
      { "util/a.ts": 'import { type B } from "./b.js";', "util/b.ts": 'import "./a.js";' },
    ],
  },
  {
    name: "only the dialect names a database",
    check: noDatabaseNamed,
    good: {
      "dialect/postgres/claim.ts": 'const name = "postgres";',
      "testing/start.ts": 'const name = "postgres";',
      "store/claim.ts": "/** For PostgreSQL. */ const a = 1; /* sqlite */\nconst b = [a /* mariadb */]; // MySQL, too",
    },
    bad: [
      { "store/claim.ts": 'const name = "postgres";' },
      { "store/claim.ts": "const isMySQL = true;" },
      { "store/claim.ts": "const text = `-- sqlite`;" },
      { "store/claim.ts": 'import { a } from "../dialect/postgres/a.js";' },
      { "index.ts": "const name = /cockroach|mariadb/;" },
    ],
  },
  {
    name: "no file has more than 300 lines",
    check: noLongFile,
    good: { "util/a.ts": "a;\n".repeat(300) },
    bad: [{ "util/a.ts": "a;\n".repeat(301) }],
  },
  {
    name: "nothing is any, constructors of mixins apart",
    check: noAny,
    good: { "util/a.ts": 'type C = abstract new (...args: any[]) => object; const any = "any"; // any' },
    bad: [
      { "util/a.ts": "let a: any;" },
      { "util/a.ts": "const a = 1 as unknown as Map<string, any>;" },
      { "util/a.ts": "type C = new (a: any) => object;" },
      { "util/a.ts": "function f(...args: any[]) {}" },
    ],
  },
  {
    name: "no compiler error is silenced",
    check: noIgnoredError,
    good: { "util/a.ts": "// ts-nothing" },
    bad: [{ "util/a.ts": "// @ts-ignore" }, { "util/a.ts": "// @ts-expect-error" }, { "util/a.ts": "// @ts-nocheck" }],
  },
  {
    name: "no folder is a place for anything",
    check: noRoomForAnything,
    good: { "util/types.ts": "", "util/helpers.ts": "" },
    bad: [{ "helpers/a.ts": "" }, { "dialect/common/a.ts": "" }, { "table/types/a.ts": "" }],
  },
  {
    name: "names are in kebab-case",
    check: kebabCase,
    good: { "util/a-b2.ts": "", "dialect/postgres/claim-due.ts": "" },
    bad: [{ "util/aB.ts": "" }, { "Util/a.ts": "" }, { "util/a_b.ts": "" }],
  },
];

describe("the house", () => {
  const sources = readSources(fileURLToPath(new URL("../../src", import.meta.url)));

  it("has files to look at", () => {
    expect(sources.map(({ path }) => path)).to.include("testing/index.ts");
  });

  for (const { name, check, good, bad } of rules) {
    it(name, () => expect(check(sources)).to.deep.equal([]));

    it(`notices when not: ${name}`, () => {
      expect(check(parse(good))).to.deep.equal([]);
      for (const files of bad) expect(check(parse(files)), JSON.stringify(files)).to.have.length(1);
    });
  }
});

function parse(files: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(files).map(([path, text]) => parseSource(path, text));
}
