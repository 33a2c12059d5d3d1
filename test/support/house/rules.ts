import ts from "typescript-5";
import { type SourceFile, walk } from "./source-file.js";

const databases = /postgres|mysql|mariadb|sqlite|cockroach/i;
const roomsThatNameThem = ["dialect", "testing", "cli"];
const maxLines = 300;

/** Only the dialect names a database in its code; comments may, anywhere. */
export function noDatabaseNamed(files: readonly SourceFile[]): string[] {
  const others = files.filter(({ room }) => !roomsThatNameThem.includes(room));
  return others.flatMap((file) =>
    tokensOf(file.tree)
      .filter((token) => databases.test(token.getText()))
      .map((token) => at(file, token)),
  );
}

/** A file that grows beyond this does more than one thing. */
export function noLongFile(files: readonly SourceFile[]): string[] {
  return files.filter(({ text }) => text.split("\n").length > maxLines + 1).map(({ path }) => path);
}

/** No `any`, but for the one place where TypeScript asks for it: the rest parameter of a mixin's or class type's constructor. */
export function noAny(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const found: string[] = [];
    walk(file.tree, (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword && !isConstructorRest(node)) found.push(at(file, node));
    });
    return found;
  });
}

/** The compiler isn't told to look away. */
export function noIgnoredError(files: readonly SourceFile[]): string[] {
  return files.filter(({ text }) => /@ts-(ignore|nocheck|expect-error)/.test(text)).map(({ path }) => path);
}

/** Names that say nothing collect everything. */
export function noRoomForAnything(files: readonly SourceFile[]): string[] {
  const isVague = (folder: string) => ["helpers", "common", "types"].includes(folder);
  return files.filter(({ path }) => path.split("/").slice(0, -1).some(isVague)).map(({ path }) => path);
}

/** Files and folders are named in kebab-case. */
export function kebabCase(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path))
    .map(({ path }) => path);
}

/** The smallest pieces of the code itself: names, texts, signs. */
function tokensOf(node: ts.Node): ts.Node[] {
  if (ts.isJSDoc(node)) return [];
  const children = node.getChildren();
  return children.length === 0 ? [node] : children.flatMap(tokensOf);
}

function isConstructorRest(node: ts.Node): boolean {
  const parameter = ts.isArrayTypeNode(node.parent) ? node.parent.parent : node.parent;
  if (!ts.isParameter(parameter) || parameter.dotDotDotToken === undefined) return false;
  return ts.isConstructorTypeNode(parameter.parent) || ts.isConstructorDeclaration(parameter.parent);
}

function at({ path, tree }: SourceFile, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
