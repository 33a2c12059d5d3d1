/** What the program of a page calls to check what the page shows. */
import pg from "pg";

const REST = Symbol("rest");

/** `// => value`: the value as JavaScript writes it; `...` last in an object or a list stands for whatever else is there, `…` in a text too. */
export function shows<T>(actual: T, shown: string): T {
  const open = shown.replaceAll(/\.\.\.\s*}/g, "[$rest]: true }").replaceAll(/\.\.\.\s*]/g, "$rest ]");
  const expected: unknown = new Function("$rest", `"use strict"; return (${open});`)(REST);
  const difference = compare(actual, expected, "");
  if (difference !== undefined) throw new Error(`shown is ${shown}\nbut${difference}`);
  return actual;
}

/** `// throws Name: message`: the name of the error, and its message where the page shows that; `…` stands for any text. */
export async function throws(work: () => Promise<unknown>, shown: string): Promise<void> {
  let thrown: unknown;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof Error)) throw new Error(`shown is that it throws ${shown}\nbut it does not`);
  const actual = /: /.test(shown) ? `${thrown.name}: ${thrown.message}` : thrown.name;
  if (!matches(actual, shown)) throw new Error(`shown is that it throws ${shown}\nbut it throws ${actual}`, { cause: thrown });
}

/** A TypeScript block begins. */
export function begin(): void {
  output = "";
}

/** A `text` block: what the block before it printed. */
export function printed(shown: string): void {
  if (!matches(output.trim(), shown.trim())) throw new Error(`shown is the output\n${shown}\nbut it is\n${output}`);
}

/** A `sql` block, statement by statement, as psql sends them. */
export async function sql(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL! });
  await client.connect();
  try {
    for (const statement of text.split(/;\s*(?:\n|$)/)) if (statement.trim() !== "") await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The last line of every program: a page that stops half-way has not passed. */
export async function end(): Promise<void> {
  await new Promise((resolve) => written(`${process.env.DOCS_END}\n`, resolve as () => void));
  process.exit();
}

let output = "";
const written = process.stdout.write.bind(process.stdout);
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]) => {
    output += String(chunk);
    return write(chunk, ...rest);
  };
}

function compare(actual: unknown, expected: unknown, path: string): string | undefined {
  if (typeof expected === "string" && typeof actual === "string") {
    return matches(actual, expected) ? undefined : told(actual, path);
  }
  if (typeof expected !== "object" || expected === null) return Object.is(actual, expected) ? undefined : told(actual, path);
  if (typeof actual !== "object" || actual === null || Array.isArray(actual) !== Array.isArray(expected))
    return told(actual, path);
  const open = Array.isArray(expected) ? expected.at(-1) === REST : REST in expected;
  const wanted = Object.keys(expected).filter((key) => (expected as Record<string, unknown>)[key] !== REST);
  const given = Object.keys(actual).filter((key) => (actual as Record<string, unknown>)[key] !== undefined);
  if (!open && given.some((key) => !wanted.includes(key))) return told(actual, path);
  for (const key of wanted) {
    const found = compare(
      (actual as Record<string, unknown>)[key],
      (expected as Record<string, unknown>)[key],
      `${path}.${key}`,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function told(actual: unknown, path: string): string {
  return `${path === "" ? "" : ` ${path.slice(1)}`} is ${typeof actual === "string" ? JSON.stringify(actual) : (JSON.stringify(actual) ?? String(actual))}`;
}

function matches(actual: string, shown: string): boolean {
  const pattern = shown.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pattern.join("[\\s\\S]*?")}$`).test(actual);
}
