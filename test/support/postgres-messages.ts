/** One message of PostgreSQL's protocol: its type letter ("" for the untyped ones that open a connection) and all its bytes. */
export interface PostgresMessage {
  readonly type: string;
  readonly bytes: Buffer;
}

const lengthSize = 4;

/** Cuts a stream of bytes into messages; what TCP splits or joins doesn't matter to its user. */
export class MessageCutter {
  #rest: Buffer = Buffer.alloc(0);
  #typed: boolean;

  /** @param typed false for the client's side, which begins with a message that has no type letter */
  constructor(typed: boolean) {
    this.#typed = typed;
  }

  /** The messages that are complete with this chunk. */
  cut(chunk: Buffer): PostgresMessage[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: PostgresMessage[] = [];
    for (;;) {
      const head = this.#typed ? 1 : 0;
      if (this.#rest.length < head + lengthSize) return messages;
      const size = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < size) return messages;
      messages.push({ type: this.#rest.toString("latin1", 0, head), bytes: this.#rest.subarray(0, size) });
      this.#rest = this.#rest.subarray(size);
      this.#typed = true;
    }
  }
}

const bodyStart = 1 + lengthSize;

/** The zero-terminated texts at the start of a message: [statement name, SQL] of a Parse, [portal, statement name] of a Bind, ... */
export function textsOf({ bytes }: PostgresMessage, count: number): string[] {
  const texts: string[] = [];
  let start = bodyStart;
  while (texts.length < count) {
    const end = bytes.indexOf(0, start);
    texts.push(bytes.toString("utf8", start, end));
    start = end + 1;
  }
  return texts;
}
