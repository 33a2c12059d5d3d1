import { stripVTControlCharacters, styleText } from "node:util";

/** What a line may take. */
export const WIDTH = 100;

// Asks for NO_COLOR too.
const coloured = process.stdout.isTTY && process.stdout.hasColors();

export function paint(style: "bold" | "dim" | "red" | "green" | "yellow" | "cyan", text: string): string {
  return coloured ? styleText(style, text) : text;
}

export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** `Name       text`: the demo's lines have their subject in front. */
export function tell(subject: string, text: string): void {
  print(`${paint("bold", subject.padEnd(11))}${clip(text, WIDTH - 11)}`);
}

/** Cuts a line to a width; one that is cut loses its colours. */
export function clip(text: string, width = WIDTH): string {
  const plain = stripVTControlCharacters(text);
  return plain.length <= width ? text : `${plain.slice(0, width - 1)}…`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
