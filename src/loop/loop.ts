import { MAX_TIMER } from "../util/duration.js";

/**
 * Runs a turn again and again, one at a time: each turn tells when the next is due. It sleeps without keeping the process alive, and
 * a turn that throws is not the end of it.
 */
export class Loop {
  readonly #turn: () => Promise<number | undefined>;
  readonly #retryDelay: number;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;
  #running = false;

  /**
   * @param turn answers the milliseconds until the next turn, or undefined to rest until it is woken
   * @param retryDelay milliseconds until the next turn after one that threw
   */
  constructor(turn: () => Promise<number | undefined>, retryDelay: number) {
    this.#turn = turn;
    this.#retryDelay = retryDelay;
  }

  /** Makes a turn due in `delay` milliseconds, unless one is due before. */
  wakeIn(delay: number): void {
    const due = performance.now() + delay;
    if (due >= this.#due) return;
    this.#due = due;
    if (this.#running) return; // it looks at what is due when the turn is over
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), Math.min(MAX_TIMER, Math.max(0, delay)));
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    this.#running = true;
    this.#due = Number.POSITIVE_INFINITY;
    let next: number | undefined;
    try {
      next = await this.#turn();
    } catch {
      next = this.#retryDelay;
    }
    this.#running = false;
    const woken = this.#due;
    this.#due = Number.POSITIVE_INFINITY;
    const delay = Math.min(next ?? Number.POSITIVE_INFINITY, woken - performance.now());
    if (delay < Number.POSITIVE_INFINITY) this.wakeIn(Math.max(0, delay));
  }
}
