import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript-5";

/** A file of src, parsed. Paths are relative to src, with slashes: "attempt/run.ts". */
export interface SourceFile {
  readonly path: string;
  /** The folder of src it lies in; "" for a file that lies in src itself. */
  readonly room: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** An import of another file of src. */
export interface Import {
  readonly path: string;
  /** Erased when compiled: it orders rooms, but loads nothing. */
  readonly typeOnly: boolean;
}

/** Every TypeScript file below a folder. */
export function readSources(folder: string): SourceFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return names.map((name) => parseSource(name.replaceAll("\\", "/"), readFileSync(join(folder, name), "utf8")));
}

/** One file, from its text. */
export function parseSource(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const room = path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
  return { path, room, text, tree, imports: importsOf(path, tree) };
}

/** Calls `visit` with each node of a tree. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

function importsOf(path: string, tree: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith(".")) return;
    const target = posix.join(posix.dirname(path), specifier.text).replace(/\.js$/, ".ts");
    imports.push({ path: target, typeOnly });
  };
  walk(tree, (node) => {
    // `import { type A }` still loads its file: only the whole declaration's `type` erases it.
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
  });
  return imports;
}
