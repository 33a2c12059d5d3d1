/** A message between a test and a process it started. */
export interface Message {
  readonly type: string;
}

/** Which message is wanted: one of this type, or the first that the function says yes to. */
export type Wanted = string | ((message: Message) => boolean);

interface Waiter {
  readonly matches: (message: Message) => boolean;
  readonly resolve: (message: Message) => void;
  readonly reject: (error: Error) => void;
}

/** Keeps messages until somebody asks for them; each is handed out once, so a test may ask before or after it came. */
export class Mailbox {
  readonly #messages: Message[] = [];
  readonly #waiters: Waiter[] = [];
  #closed: Error | undefined;

  add(message: Message): void {
    const at = this.#waiters.findIndex(({ matches }) => matches(message));
    if (at === -1) this.#messages.push(message);
    else this.#waiters.splice(at, 1)[0]?.resolve(message);
  }

  take(wanted: Wanted): Promise<Message> {
    const matches = typeof wanted === "string" ? ({ type }: Message) => type === wanted : wanted;
    const at = this.#messages.findIndex(matches);
    if (at !== -1) return Promise.resolve(this.#messages.splice(at, 1)[0]!);
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => this.#waiters.push({ matches, resolve, reject }));
  }

  /** No more messages will come: whoever waits, now or later, gets this error. */
  close(error: Error): void {
    this.#closed = error;
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
