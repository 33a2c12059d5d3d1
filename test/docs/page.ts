import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A fenced block of a page. A hidden one (`<!-- setup`) holds what the prose takes for granted, and is TypeScript. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of the page, from 1, that the first line of `text` is on. */
  readonly line: number;
}

/** A page of the documentation with its blocks in order. */
export interface Page {
  /** Without folder and extension: `README`, `steps`. */
  readonly name: string;
  readonly markdown: string;
  readonly blocks: readonly Block[];
}

/** The README and all guides of a project. */
export function readPages(project: string): Page[] {
  const guides = readdirSync(join(project, "docs"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".md"),
  );
  const files = ["README.md", ...guides.sort().map((file) => join("docs", file))];
  return files.map((file) => parsePage(basename(file, ".md"), readFileSync(join(project, file), "utf8")));
}

const FENCE = /^```(\w*)\s*$/;
const HIDDEN = /^<!-- setup\s*$/;

/** @throws Error for a block that is never closed */
export function parsePage(name: string, markdown: string): Page {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const language = HIDDEN.test(lines[at]!) ? "ts" : FENCE.exec(lines[at]!)?.[1];
    if (language === undefined) continue;
    const end = lines.indexOf(HIDDEN.test(lines[at]!) ? "-->" : "```", at + 1);
    if (end < 0) throw new Error(`${name}, line ${at + 1}: a block that is never closed`);
    blocks.push({ language, text: lines.slice(at + 1, end).join("\n"), line: at + 2 });
    at = end;
  }
  return { name, markdown, blocks };
}
