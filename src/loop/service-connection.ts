import { withTimeout } from "../util/with-timeout.js";

/** How connections come and go. */
export interface ConnectionSource<Connection> {
  /** @param patience how long it may take, in milliseconds */
  open(patience: number): Promise<Connection>;
  /** Also of a connection that is broken, or no longer answers. */
  close(connection: Connection): Promise<void>;
}

/** A connection with the work that is queued on it. */
interface Link<Connection> {
  readonly connected: Promise<Connection>;
  /** Settles when the work before is done, however it ends. */
  last: Promise<unknown>;
}

/** How long, in milliseconds, a connection is kept that nobody wants. */
const IDLE = 1_000;

/**
 * One connection outside the pool that a process keeps for its own upkeep, so that a full pool can't cost it its locks. Opened when
 * first used, opened again after a loss, closed when nobody wants it any more. One piece of work at a time: drivers don't queue.
 */
export class ServiceConnection<Connection> {
  readonly #source: ConnectionSource<Connection>;
  readonly #idleTime: number;
  #link: Link<Connection> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #wanted = 0;

  constructor(source: ConnectionSource<Connection>, idleTime = IDLE) {
    this.#source = source;
    this.#idleTime = idleTime;
  }

  /**
   * Runs `work` on the connection. If that fails, or isn't done within `patience` milliseconds (the wait for the connection
   * included), the connection is given up, and the next use opens another.
   */
  async use<T>(work: (connection: Connection) => Promise<T>, patience: number): Promise<T> {
    const release = this.keep();
    this.#link ??= { connected: this.#source.open(patience), last: Promise.resolve() };
    const link = this.#link;
    const result = link.last.then(async () => work(await link.connected));
    link.last = result.catch(() => {}); // told to whoever uses it
    try {
      // Bounded: on a connection that was cut silently the answer would never come.
      return await withTimeout(result, patience, () => new Error(`no answer within ${patience} ms`));
    } catch (error) {
      if (this.#link === link) this.#giveUp();
      throw error;
    } finally {
      release();
    }
  }

  /** Keeps a connection that is open from being closed as idle, until the function answered is called. */
  keep(): () => void {
    clearTimeout(this.#idle);
    this.#wanted++;
    let kept = true;
    return () => {
      if (!kept) return;
      kept = false;
      this.#wanted--;
      this.#closeWhenIdle();
    };
  }

  #closeWhenIdle(): void {
    if (this.#wanted > 0 || !this.#link) return;
    this.#idle = setTimeout(() => this.#giveUp(), this.#idleTime);
    this.#idle.unref();
  }

  #giveUp(): void {
    const link = this.#link;
    this.#link = undefined;
    link?.connected.then((connection) => this.#source.close(connection)).catch(() => {}); // it is broken, or was never there
  }
}
