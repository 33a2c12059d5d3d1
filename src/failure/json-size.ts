import { cutText, safeText } from "../util/safe-text.js";

/** How many bytes a text takes inside a JSON document, without its quotes: newlines take two, control characters six. */
export function jsonSize(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** The beginning of a text, made storable, that takes at most `room` bytes of JSON. */
export function cutToSize(text: string, room: number): string {
  if (room <= 0) return "";
  let kept = safeText(cutText(text, room)); // JSON is never shorter than the text, so this loses nothing that could fit
  for (let size = jsonSize(kept); size > room; size = jsonSize(kept)) {
    kept = cutText(kept, Math.floor((Buffer.byteLength(kept) * room) / size));
  }
  return kept;
}

/** The text, made storable; where it is too long for `room`, its beginning and how much is missing. */
export function shorten(text: string, room: number): string {
  if (fits(text, room)) return safeText(text);
  const kept = cutToSize(text, room - jsonSize(cutMark(text, "")));
  return cutToSize(kept + cutMark(text, kept), room);
}

/** Cuts the middle out: of a stack frame, the function is at the start and the file with the line at the end. */
export function shortenMiddle(line: string, room: number): string {
  if (fits(line, room)) return safeText(line);
  const start = cutToSize(line, Math.floor(room / 3));
  const restRoom = room - jsonSize(start) - jsonSize("…");
  let end = safeText(line.slice(line.length - Math.max(0, restRoom)));
  for (let size = jsonSize(end); size > restRoom && end !== ""; size = jsonSize(end)) {
    end = safeText(end.slice(Math.ceil((size - restRoom) / 6))); // six bytes is the most that one character of a text takes
  }
  return `${start}…${end}`;
}

/** Whether it takes at most `room` bytes, without measuring a text that is far too long. */
export function fits(text: string, room: number): boolean {
  return text.length <= room && jsonSize(safeText(text)) <= room;
}

/** Says how much of `text` is missing when only `kept` of it is shown. */
export function cutMark(text: string, kept: string): string {
  return ` … ${Buffer.byteLength(text) - Buffer.byteLength(kept)} bytes cut …`;
}
