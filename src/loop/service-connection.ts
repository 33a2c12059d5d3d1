/** How connections come and go. */
export interface ConnectionSource<Connection> {
  open(): Promise<Connection>;
  /** Also of a connection that is broken, or no longer answers. */
  close(connection: Connection): Promise<void>;
}

/** How long, in milliseconds, an unused connection is kept. */
const IDLE = 30_000;

/**
 * One connection outside the pool that a process keeps for its own upkeep, so that a full pool can't cost it its locks. Opened when
 * first used, opened again after a loss, closed when it has been idle.
 */
export class ServiceConnection<Connection> {
  readonly #source: ConnectionSource<Connection>;
  #connection: Promise<Connection> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #users = 0;

  constructor(source: ConnectionSource<Connection>) {
    this.#source = source;
  }

  /** Runs `work` on the connection. If that fails the connection is given up, and the next use opens another. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#connection ??= this.#source.open();
    const connecting = this.#connection;
    this.#users++;
    try {
      return await work(await connecting);
    } catch (error) {
      if (this.#connection === connecting) this.#giveUp();
      throw error;
    } finally {
      this.#users--;
      this.#closeWhenIdle();
    }
  }

  #closeWhenIdle(): void {
    if (this.#users > 0 || !this.#connection) return;
    this.#idle = setTimeout(() => this.#giveUp(), IDLE);
    this.#idle.unref();
  }

  #giveUp(): void {
    const connecting = this.#connection;
    this.#connection = undefined;
    connecting?.then((connection) => this.#source.close(connection)).catch(() => {}); // it is broken, or was never there
  }
}
