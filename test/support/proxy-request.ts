import { MessageCutter, type PostgresMessage, textsOf } from "./postgres-messages.js";

/** What a client sends in one go and then waits for the answer of: everything up to a Sync, or one simple query. */
export interface ProxyRequest {
  /** Counts the proxy's connections from 1. */
  readonly connection: number;
  /** The SQL it runs. That of a prepared statement too, though the client sends its name only. */
  readonly sql: readonly string[];
  /** The names of the prepared statements it runs. */
  readonly names: readonly string[];
  readonly bytes: Buffer;
}

/** Whether a request runs SQL with this text in it (letter case counts), or a prepared statement of this name. */
export function runs(request: ProxyRequest, text: string): boolean {
  return request.names.includes(text) || request.sql.some((sql) => sql.includes(text));
}

/** After these the client waits for an answer (or leaves). "" opens the connection, p is a password. */
const lastOfRequest = new Set(["", "p", "Q", "S", "H", "F", "X", "c", "f"]);

/** Puts what a client sends together to requests. */
export class RequestReader {
  readonly #connection: number;
  readonly #cutter = new MessageCutter(false);
  readonly #prepared = new Map<string, string>();
  #messages: PostgresMessage[] = [];

  constructor(connection: number) {
    this.#connection = connection;
  }

  read(chunk: Buffer): ProxyRequest[] {
    const requests: ProxyRequest[] = [];
    for (const message of this.#cutter.cut(chunk)) {
      this.#messages.push(message);
      if (!lastOfRequest.has(message.type)) continue;
      requests.push(this.#request(this.#messages));
      this.#messages = [];
    }
    return requests;
  }

  #request(messages: readonly PostgresMessage[]): ProxyRequest {
    const sql: string[] = [];
    const names: string[] = [];
    for (const message of messages) {
      if (message.type === "Q") sql.push(...textsOf(message, 1));
      if (message.type === "P") this.#remember(message);
      if (message.type !== "B") continue;
      const [, name = ""] = textsOf(message, 2);
      sql.push(this.#prepared.get(name) ?? "");
      if (name !== "") names.push(name);
    }
    return { connection: this.#connection, sql, names, bytes: Buffer.concat(messages.map(({ bytes }) => bytes)) };
  }

  #remember(parse: PostgresMessage): void {
    const [name = "", sql = ""] = textsOf(parse, 2);
    this.#prepared.set(name, sql);
  }
}
