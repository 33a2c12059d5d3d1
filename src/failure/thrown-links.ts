import { framesOf, titleOf } from "./describe-thrown.js";
import { isError } from "./is-error.js";
import { nameOf } from "./name-of.js";
import { read } from "./read.js";

/** One error of a traceback. A note about what is left out is one too, without frames. */
export interface ThrownLink {
  /** `Caused by: Error: boom`, all of it. */
  readonly title: string;
  /** All frames, the raise site first. */
  readonly frames: string;
}

/** A chain that goes on for longer is endless: its `cause` is a getter that makes a new one each time. */
const MAX_CHAIN = 20_000;
const SHOWN_OUTER = 8;
const SHOWN_INNER = 4;
const SHOWN_MEMBERS = 10;
const MAX_NESTING = 3;

/** What was thrown, then the members of an AggregateError and the causes, outermost first. Long lists lose their middle. */
export function linksOf(thrown: unknown): ThrownLink[] {
  const links: ThrownLink[] = [];
  addChain(links, thrown, "", 0);
  return links;
}

/** The innermost cause, or undefined when there is no cause. */
export function rootCauseOf(thrown: unknown): unknown {
  const { chain } = chainOf(thrown);
  return chain.length > 1 ? chain.at(-1) : undefined;
}

function addChain(links: ThrownLink[], thrown: unknown, label: string, nesting: number): void {
  const { chain, circular } = chainOf(thrown);
  const left = chain.length - SHOWN_OUTER - SHOWN_INNER;
  chain.forEach((link, index) => {
    if (left > 0 && index === SHOWN_OUTER) links.push(note(`… ${left} causes cut …`));
    if (left > 0 && index >= SHOWN_OUTER && index < SHOWN_OUTER + left) return;
    const prefix = index === 0 ? label : "Caused by: ";
    links.push({ title: prefix + titleOf(link), frames: framesOf(link) });
    addMembers(links, link, nesting + 1);
  });
  if (circular !== undefined) links.push(note(`… caused by the ${nameOf(circular)} above again …`));
}

function addMembers(links: ThrownLink[], thrown: unknown, nesting: number): void {
  const { count, shown } = membersOf(thrown);
  if (count === 0) return;
  if (nesting > MAX_NESTING) return void links.push(note(`… ${count} members cut …`));
  shown.forEach((member, index) => {
    addChain(links, member, `Member ${index + 1} of ${count}: `, nesting);
  });
  if (count > shown.length) links.push(note(`… ${count - shown.length} members cut …`));
}

function chainOf(thrown: unknown): { chain: unknown[]; circular?: unknown } {
  const chain = [thrown];
  const seen = new Set(chain);
  for (let cause = read(thrown, "cause"); cause !== undefined && cause !== null; cause = read(cause, "cause")) {
    if (seen.has(cause)) return { chain, circular: cause };
    if (chain.length >= MAX_CHAIN) break;
    chain.push(cause);
    seen.add(cause);
  }
  return { chain };
}

/** Other errors have a property `errors` too, of validation messages or the like: only errors in it are members. */
function membersOf(thrown: unknown): { count: number; shown: unknown[] } {
  const errors = read(thrown, "errors");
  const count = read(errors, "length");
  if (typeof count !== "number" || !Number.isInteger(count) || count <= 0) return { count: 0, shown: [] };
  if (nameOf(thrown) !== "AggregateError" && !isError(read(errors, "0"))) return { count: 0, shown: [] };
  return { count, shown: Array.from({ length: Math.min(count, SHOWN_MEMBERS) }, (_, index) => read(errors, String(index))) };
}

function note(title: string): ThrownLink {
  return { title, frames: "" };
}
