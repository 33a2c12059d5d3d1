import { MessageCutter, textsOf } from "./postgres-messages.js";

/** A piece of what the server answers, in complete messages. */
export interface ProxyAnswer {
  readonly connection: number;
  /** What statements report when they are done: "UPDATE 1", "COMMIT", ... */
  readonly tags: readonly string[];
  /** Whether the server is done with the request and waits for the next. */
  readonly isLast: boolean;
  readonly bytes: Buffer;
}

/** Puts what a server sends together to answers. */
export class AnswerReader {
  readonly #connection: number;
  readonly #cutter = new MessageCutter(true);

  constructor(connection: number) {
    this.#connection = connection;
  }

  /** Undefined when no message is complete yet. */
  read(chunk: Buffer): ProxyAnswer | undefined {
    const messages = this.#cutter.cut(chunk);
    if (messages.length === 0) return undefined;
    const tags = messages.filter(({ type }) => type === "C").flatMap((message) => textsOf(message, 1));
    const isLast = messages.some(({ type }) => type === "Z");
    return { connection: this.#connection, tags, isLast, bytes: Buffer.concat(messages.map(({ bytes }) => bytes)) };
  }
}
