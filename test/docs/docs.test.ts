import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { type Page, parsePage, readPages } from "./page.js";
import { project, type Run, Workshop } from "./workshop.js";

const pages = readPages(project);
const readme = pages[0]!;
const PROMISE =
  "the handler may run more than once; at most one attempt commits, together with its updates; " +
  "effects outside this database need `job.fence` or the job's key as idempotency key.";

describe("the documentation", () => {
  describe("every code block", function () {
    this.timeout(120_000);

    let messages: string;
    let runs: Map<string, Promise<Run>>;
    const schemas = pages.map((page) => schemaOf(page));

    before(async () => {
      const workshop = new Workshop("docs-programs");
      messages = workshop.compile(pages, compilerOptions());
      await Promise.all(schemas.map((schema) => query(`CREATE SCHEMA ${schema}`)));
      // All at once: they wait for the database, and for each other's schema never.
      runs = new Map(pages.map((page, index) => [page.name, workshop.run(page, urlOf(schemas[index]!))]));
    });

    after(async () => {
      await Promise.allSettled(runs.values());
      for (const schema of schemas) await query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    });

    it("compiles under strict TypeScript, with the options the README names", () => {
      expect(messages).to.equal("");
    });

    for (const page of pages) {
      it(`of ${page.name} runs and shows what it says`, async () => {
        const { code, output, ended } = await runs.get(page.name)!;
        if (code !== 0 || !ended)
          throw new Error(`${page.name}: exit code ${code}, ${ended ? "to" : "not to"} the end\n${output}`);
      });
    }

    it("is of a language that is checked", () => {
      const languages = new Set(pages.flatMap((page) => page.blocks.map(({ language }) => language)));
      expect([...languages].filter((language) => !["ts", "sql", "text", "sh", "json"].includes(language))).to.deep.equal([]);
      // The one json block is the compiler options, which everything above is compiled with.
      expect(pages.flatMap((page) => page.blocks.filter(({ language }) => language === "json"))).to.have.length(1);
    });

    it("of the shell names commands that are there", () => {
      const unknown = pages.flatMap((page) => commandsOf(page).filter((command) => !isKnown(command)));
      expect(unknown).to.deep.equal([]);
    });
  });

  describe("a block that is wrong", function () {
    this.timeout(60_000);

    const wrong = (name: string, ...lines: string[]) => parsePage(name, ["# Wrong", "```ts", ...lines, "```"].join("\n"));
    const workshop = () => new Workshop("docs-programs-wrong");

    it("is told with its line when it doesn't compile", () => {
      const page = wrong("types", 'import { JobEntity } from "typeorm-jobs";', 'await JobEntity.start("a");');
      expect(workshop().compile([page], compilerOptions())).to.match(/^types\.ts\(4,7\): error/);
    });

    it("fails when it shows another value, throws nothing, throws something else or prints something else", async () => {
      const text = (name: string, printed: string) =>
        parsePage(name, ["# Wrong", "```ts", 'console.log("one");', "```", "```text", printed, "```"].join("\n"));
      const all = {
        value: wrong("value", "const sum = 1 + 1; // => 3"),
        member: wrong("member", "console.log({ a: 1, b: [2] }); // => { b: [3], ... }"),
        nothing: wrong("nothing", "await Promise.resolve(1); // throws TypeError"),
        other: wrong("other", 'throw new TypeError("a"); // throws TypeError: b'),
        output: text("output", "two"),
      };
      const shop = workshop();
      expect(shop.compile(Object.values(all), compilerOptions())).to.equal("");
      const outcomes = await Promise.all(Object.values(all).map((page) => shop.run(page, process.env.DATABASE_URL!)));
      expect(outcomes.map(({ code }) => code)).to.deep.equal([1, 1, 1, 1, 1]);
      expect(outcomes[0]!.output).to.match(/shown is 3\nbut is 2[\s\S]*value\.ts:3/);
    });

    it("is refused when a shown value belongs to no statement", () => {
      const page = wrong("stray", "// => 3", "const sum = 1 + 1;");
      expect(() => workshop().compile([page], compilerOptions())).to.throw(/stray\.md, line 3: 1 values are shown/);
    });
  });

  it("promises in one wording", () => {
    expect(unwrapped(readme.markdown)).to.contain(PROMISE);
    for (const { markdown } of pages) expect(markdown).not.to.match(/exactly[- ]once/i);
  });

  it("links to files and headings that exist", () => {
    const files = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...pages.slice(1).map(({ name }) => `docs/${name}.md`)];
    expect(files.flatMap((file) => brokenLinks(file))).to.deep.equal([]);
  });
});

/** The options in the README's json block, which its readers are told to set. */
function compilerOptions(): object {
  const block = readme.blocks.find(({ language }) => language === "json");
  return (JSON.parse(block!.text) as { compilerOptions: object }).compilerOptions;
}

function commandsOf(page: Page): string[] {
  const lines = page.blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.split("\n"));
  return lines
    .flatMap((line) => line.replace(/\s*#.*/, "").split("&&"))
    .map((command) => command.trim())
    .filter(Boolean);
}

/** Knows the few commands that the pages use; one that they don't use yet has to be added here. */
function isKnown(command: string): boolean {
  const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    name: string;
    scripts: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  const [program = "", ...args] = command.replace(/^[A-Z_]+=\S+ /, "").split(/\s+/);
  const packages = args.slice(1).filter((arg) => !arg.startsWith("-"));
  if (program === "npm" && args[0] === "run") return Object.hasOwn(manifest.scripts, args[1]!);
  if (program === "npm" && args[0] === "install") {
    return packages.every((name) => name === manifest.name || Object.hasOwn(manifest.peerDependencies, name));
  }
  if (program === "npm") return args[0] === "ci" || Object.hasOwn(manifest.scripts, args[0]!);
  if (program === "npx") return existsSync(join(project, "node_modules/.bin", args[0]!));
  if (program === "docker") return args[0] === "compose" && existsSync(join(project, "docker-compose.yml"));
  return program === "export" && args[0]!.startsWith("DATABASE_URL=");
}

function brokenLinks(file: string): string[] {
  const markdown = readFileSync(join(project, file), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
  return links.filter((link) => !/^https?:/.test(link) && !leads(file, link)).map((link) => `${file}: ${link}`);
}

function leads(from: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? join(project, from) : join(project, dirname(from), path);
  if (!existsSync(target)) return false;
  if (anchor === undefined) return true;
  const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!);
  return headings.some((heading) => anchorOf(heading) === anchor);
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

function unwrapped(markdown: string): string {
  return markdown.replaceAll(/^> ?/gm, "").replaceAll("*", "").replaceAll(/\s+/g, " ");
}

function schemaOf(page: Page): string {
  return `docs_${page.name.replaceAll("-", "_")}_${randomBytes(4).toString("hex")}`.toLowerCase();
}

/** The database as the page's program sees it: with the page's schema in front. */
function urlOf(schema: string): string {
  const url = new URL(process.env.DATABASE_URL!);
  url.searchParams.set("options", `-c search_path=${schema}`);
  return url.href;
}

async function query(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL! });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
