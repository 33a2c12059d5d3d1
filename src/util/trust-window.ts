import { type Clocks, type Instant, now } from "./monotonic.js";

const MAX_MARGIN = 1_000;

/**
 * How long this process may believe that it still holds a lock, without asking the database.
 *
 * The lock was granted at some moment after the request was sent, so counting from the sending is safe. A margin (a tenth of the
 * duration, at most 1 s) covers clocks that run at different speeds. It ends by monotonic or wall time, whichever comes first:
 * monotonic time stands still while some systems sleep, and a wall clock that is set back must not prolong it.
 *
 * @example
 * const trust = new TrustWindow(systemClocks);
 * const sentAt = trust.now();
 * await renewInDatabase();
 * trust.renew(sentAt, 60_000);
 * trust.trusted();   // true for the next 59 s
 */
export class TrustWindow {
  readonly #clocks: Clocks;
  #end: Instant | undefined;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** This moment, to be taken before a request is sent. */
  now(): Instant {
    return now(this.#clocks);
  }

  /** The database has granted the lock for `durationMs`. A shorter duration than before shortens the trust. */
  renew(sentAt: Instant, durationMs: number): void {
    const trustedFor = durationMs - Math.min(MAX_MARGIN, durationMs / 10);
    this.#end = { monotonic: sentAt.monotonic + trustedFor, wall: sentAt.wall + trustedFor };
  }

  /** False before the first `renew`. */
  trusted(): boolean {
    return this.remaining() > 0;
  }

  /** Milliseconds until trust ends; 0 when it has. */
  remaining(): number {
    if (!this.#end) return 0;
    const { monotonic, wall } = this.now();
    return Math.max(0, Math.min(this.#end.monotonic - monotonic, this.#end.wall - wall));
  }
}
