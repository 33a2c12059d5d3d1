import { safeText } from "../util/safe-text.js";
import { cutMark, fits, jsonSize, shorten, shortenMiddle } from "./json-size.js";
import type { ThrownLink } from "./thrown-links.js";

/** Less room than this for an error says too little about it. */
const LEAST_SHARE = 200;
const NEWLINE = jsonSize("\n");

/**
 * Writes the errors of a traceback below each other, in at most `room` bytes of JSON.
 *
 * What was thrown gets half of the room at least, the others share the rest; what one doesn't need, the next may use. Where the
 * room doesn't do, messages and the outer frames are cut, never the frames nearest the throw. Errors in the middle go first: the
 * last one is the root cause.
 */
export function renderTraceback(links: readonly ThrownLink[], room: number): string {
  const shown = leaveOut(links, room);
  const needs = shown.map((link) => Math.min(room, needOf(link)) + NEWLINE);
  const shares = shareOut(needs, room);
  return shown.map((link, index) => renderLink(link, shares[index]! - NEWLINE)).join("\n");
}

function leaveOut(links: readonly ThrownLink[], room: number): readonly ThrownLink[] {
  const most = 1 + Math.floor(room / 2 / LEAST_SHARE);
  const total = links.reduce((sum, link) => sum + needOf(link) + NEWLINE, 0);
  if (total <= room || links.length <= most) return links;
  // One place goes to the note about it. The outermost always stays, and the root cause if there is any room.
  const outer = links.slice(0, Math.max(1, most - 2));
  const root = most > 2 ? links.slice(-1) : [];
  const left = links.length - outer.length - root.length;
  return [...outer, { title: `… ${left} errors cut …`, frames: "" }, ...root];
}

function shareOut([outer = 0, ...others]: readonly number[], room: number): number[] {
  const fair = Math.floor(room / 2 / Math.max(1, others.length));
  const shares = others.map((need) => Math.min(need, fair));
  const outerShare = Math.min(outer, room - sum(shares));
  let left = room - outerShare - sum(shares);
  const grown = shares.map((share, index) => {
    const more = Math.min(others[index]! - share, left);
    left -= more;
    return share + more;
  });
  return [outerShare, ...grown];
}

function renderLink(link: ThrownLink, room: number): string {
  if (link.frames === "") return shorten(link.title, room);
  // A message may have what the frames leave, and half of the room if they would take more.
  const framesRoom = Math.min(measure(link.frames, room), Math.floor(room / 2));
  const title = shorten(link.title, room - framesRoom - NEWLINE);
  return `${title}\n${renderFrames(link.frames, room - jsonSize(title) - NEWLINE)}`;
}

function renderFrames(frames: string, room: number): string {
  if (fits(frames, room)) return shorten(frames, room);
  const linesRoom = room - jsonSize(`\n   ${cutMark(frames, "")}`);
  const raiseSite = lineAt(frames, 0); // stays, whatever else must go
  let kept = shortenMiddle(raiseSite, linesRoom);
  let left = linesRoom - jsonSize(kept);
  let position = raiseSite.length;
  while (position < frames.length) {
    const line = `\n${lineAt(frames, position + 1)}`;
    if (!fits(line, left)) break;
    kept += safeText(line);
    left -= jsonSize(safeText(line));
    position += line.length;
  }
  return `${kept}\n   ${cutMark(frames, kept)}`;
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

function needOf(link: ThrownLink): number {
  const frames = link.frames === "" ? 0 : NEWLINE + measure(link.frames, 1_048_576);
  return measure(link.title, 1_048_576) + frames;
}

/** The size of a text, or of `most` when it is longer than that anyhow. */
function measure(text: string, most: number): number {
  return text.length > most ? most + 1 : jsonSize(text);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
