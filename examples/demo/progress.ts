import { paint, print } from "./terminal.js";

const CELLS = 40;
const LINE_EVERY = 1000;

/** A progress bar on a terminal; elsewhere (a file, a CI log) a line every second. */
export class Progress {
  readonly #total: number;
  readonly #isTerminal = process.stdout.isTTY;
  #text = "";
  #lastLine = performance.now();

  constructor(total: number) {
    this.#total = total;
  }

  show(done: number, failed: number): void {
    const share = this.#total === 0 ? 1 : done / this.#total;
    const filled = Math.round(share * CELLS);
    const bar = paint("green", "█".repeat(filled)) + paint("dim", "░".repeat(CELLS - filled));
    this.#text = `  ${bar} ${String(done).padStart(4)} of ${this.#total}${failed > 0 ? `, ${failed} to be tried again` : ""}`;
    if (this.#isTerminal) this.#draw();
    else if (performance.now() - this.#lastLine >= LINE_EVERY) this.#line();
  }

  /** Prints above the bar. */
  above(printing: () => void): void {
    if (this.#isTerminal) process.stdout.write("\r\x1b[K");
    printing();
    if (this.#isTerminal) this.#draw();
  }

  /** Leaves the bar as it is and goes on below. */
  end(): void {
    if (this.#isTerminal) print();
    else this.#line();
  }

  #draw(): void {
    process.stdout.write(`\r${this.#text}\x1b[K`);
  }

  #line(): void {
    this.#lastLine = performance.now();
    print(this.#text);
  }
}
