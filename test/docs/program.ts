import ts from "typescript-5";
import type { Block, Page } from "./page.js";

/**
 * Makes one program of a page: its TypeScript, SQL and output blocks in order. Each line of a block keeps the number it has on the
 * page, so an error of the compiler or a stack names the page's own line.
 *
 * What a page shows is checked: a comment `// => value` after a statement against the value of the statement (or of what it logs),
 * `// throws Name: message` against what it throws, a `text` block against what the block before it printed.
 *
 * @param runtime the module specifier of `runtime.js`
 * @throws Error for a shown value that no statement belongs to: it would look checked, and not be
 */
export function programOf(page: Page, runtime: string): string {
  const imports = new Map<string, Set<string>>([
    [runtime, new Set(["begin", "shows", "throws", "printed", "sql", "end"].map(renamed))],
  ]);
  const lines: string[] = [];
  for (const block of page.blocks) {
    const code = codeOf(page, block, imports);
    if (code === undefined) continue;
    while (lines.length < block.line - 1) lines.push("");
    lines.push(...code.split("\n"));
  }
  // The first line of a page is its title.
  lines[0] = [...imports].map(([module, names]) => importOf(module, names)).join(" ");
  return `${lines.join("\n")}\nawait $end();\n`;
}

function renamed(name: string): string {
  return `${name} as $${name}`;
}

function importOf(module: string, names: ReadonlySet<string>): string {
  const clauses = [...names].filter((name) => name !== "");
  // A class that one block imports as a type only may be needed as a value by another.
  const needed = clauses.filter((name) => !(name.startsWith("type ") && names.has(name.slice("type ".length))));
  return needed.length === 0 ? `import "${module}";` : `import { ${needed.join(", ")} } from "${module}";`;
}

function codeOf(page: Page, block: Block, imports: Map<string, Set<string>>): string | undefined {
  switch (block.language) {
    case "ts":
      return `$begin(); ${new Rewriter(page, block, imports).rewrite()}`;
    case "sql":
      return `await $sql(${JSON.stringify(block.text)});`;
    case "text":
      return `$printed(${JSON.stringify(block.text)});`;
    default:
      return undefined; // sh and json are checked elsewhere
  }
}

/** A change of a block's text that adds no line. */
interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const SHOWN = /^[ \t]*\/\/ (=>|throws) (.*)/;
const CONTINUED = /^\n[ \t]*\/\/ {4,}(.*)/;
const ANY_SHOWN = /\/\/ ?(=>|throws) /g;

class Rewriter {
  readonly #page: Page;
  readonly #block: Block;
  readonly #imports: Map<string, Set<string>>;
  readonly #source: ts.SourceFile;
  readonly #edits: Edit[] = [];
  #shown = 0;

  constructor(page: Page, block: Block, imports: Map<string, Set<string>>) {
    this.#page = page;
    this.#block = block;
    this.#imports = imports;
    this.#source = ts.createSourceFile("block.ts", block.text, ts.ScriptTarget.ESNext, true);
  }

  rewrite(): string {
    this.#visit(this.#source);
    const { text } = this.#block;
    const found = text.match(ANY_SHOWN)?.length ?? 0;
    if (found !== this.#shown)
      throw this.#error(0, `${found} values are shown (// => or // throws), ${this.#shown} follow a statement`);
    return this.#edits
      .sort((a, b) => b.at - a.at)
      .reduce((done, { at, remove, insert }) => done.slice(0, at) + insert + done.slice(at + remove), text);
  }

  #visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node)) this.#hoist(node);
    else if (ts.isStatement(node) && !ts.isBlock(node)) this.#check(node);
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  /** Imports go to the top of the program: two blocks may import the same. */
  #hoist(node: ts.ImportDeclaration): void {
    const module = (node.moduleSpecifier as ts.StringLiteral).text;
    const names = this.#imports.get(module) ?? new Set<string>();
    this.#imports.set(module, names);
    const clause = node.importClause;
    if (clause?.name) names.add(`default as ${clause.name.text}`);
    const bindings = clause?.namedBindings;
    if (bindings && !ts.isNamedImports(bindings)) throw this.#error(node.pos, "import names, not *");
    const type = clause?.isTypeOnly ? "type " : "";
    for (const element of bindings?.elements ?? []) names.add(type + element.getText());
    const start = node.getStart();
    const blank = node.getText().replaceAll(/[^\n]/g, "");
    this.#edits.push({ at: start, remove: node.end - start, insert: blank });
  }

  #check(statement: ts.Statement): void {
    const shown = this.#shownAfter(statement.end);
    if (!shown) return;
    this.#shown++;
    const expected = JSON.stringify(shown.text);
    if (shown.kind === "throws") {
      this.#insert(statement.getStart(), "await $throws(async () => { ");
      this.#insert(statement.end, ` }, ${expected});`);
    } else if (ts.isExpressionStatement(statement)) {
      const value = logged(statement.expression) ?? statement.expression;
      this.#insert(value.getStart(), "$shows(");
      this.#insert(value.end, `, ${expected})`);
    } else if (ts.isVariableStatement(statement) && ts.isIdentifier(statement.declarationList.declarations[0]!.name)) {
      this.#insert(statement.end, ` $shows(${statement.declarationList.declarations[0]!.name.text}, ${expected});`);
    } else throw this.#error(statement.getStart(), "// => after something that has no value");
  }

  #shownAfter(end: number): { kind: "=>" | "throws"; text: string } | undefined {
    let rest = this.#block.text.slice(end);
    const match = SHOWN.exec(rest);
    if (!match) return undefined;
    let text = match[2]!;
    rest = rest.slice(match[0].length);
    for (let more = CONTINUED.exec(rest); more; more = CONTINUED.exec(rest)) {
      text += ` ${more[1]!}`;
      rest = rest.slice(more[0].length);
    }
    return { kind: match[1] as "=>" | "throws", text: text.trim() };
  }

  #insert(at: number, insert: string): void {
    this.#edits.push({ at, remove: 0, insert });
  }

  #error(position: number, why: string): Error {
    const line = this.#block.line + this.#source.getLineAndCharacterOfPosition(position).line;
    return new Error(`${this.#page.name}.md, line ${line}: ${why}`);
  }
}

/** The one argument of a `console.log(...)`. */
function logged(expression: ts.Expression): ts.Expression | undefined {
  if (!ts.isCallExpression(expression) || expression.expression.getText() !== "console.log") return undefined;
  return expression.arguments.length === 1 ? expression.arguments[0] : undefined;
}
