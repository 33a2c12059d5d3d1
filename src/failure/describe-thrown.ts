import { preview } from "../util/preview.js";
import { isError } from "./is-error.js";
import { nameOf } from "./name-of.js";
import { read, readText } from "./read.js";

/** One line (or more, if the message has more) that says what was thrown: `Name: message`, or such as `thrown string: boom`. */
export function titleOf(thrown: unknown): string {
  const message = messageOf(thrown);
  return message === "" ? nameOf(thrown) : `${nameOf(thrown)}: ${message}`;
}

function messageOf(thrown: unknown): string {
  if (isError(thrown)) {
    const message = read(thrown, "message");
    return typeof message === "string" ? message : `(no readable message: ${preview(message)})`;
  }
  if (typeof thrown === "string") return thrown;
  return thrown === undefined || thrown === null ? "" : preview(thrown);
}

const FIRST_FRAME = /\n[ \t]+at /;

/** The frames of an error's stack, the raise site first, without the message that a stack begins with; "" when there are none. */
export function framesOf(thrown: unknown): string {
  const stack = readText(thrown, "stack");
  if (stack === undefined) return "";
  const afterMessage = endOfMessage(stack, readText(thrown, "message") ?? "");
  const rest = stack.slice(afterMessage);
  const firstFrame = rest.search(FIRST_FRAME);
  if (firstFrame >= 0) return rest.slice(firstFrame + 1);
  // Written by something else than V8: all but the line of the message.
  const endOfLine = rest.indexOf("\n");
  return endOfLine >= 0 ? rest.slice(endOfLine + 1) : "";
}

/** A message may itself contain lines that look like frames: they are no raise site, so what is searched begins behind it. */
function endOfMessage(stack: string, message: string): number {
  const start = stack.indexOf(message);
  const firstFrame = stack.search(FIRST_FRAME);
  // Not found, or only among the frames: the message was changed after the stack was captured.
  if (start < 0 || (firstFrame >= 0 && start > firstFrame)) return 0;
  return start + message.length;
}
