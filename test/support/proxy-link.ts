import { connect, type Socket } from "node:net";
import { AnswerReader, type ProxyAnswer } from "./proxy-answer.js";
import { type ProxyRequest, RequestReader } from "./proxy-request.js";

/**
 * What happens to a request.
 * - `pass`: the server gets it, the client gets the answer.
 * - `cut-before`: the server never gets it; both sides are cut.
 * - `cut-after`: the server executes it; the client is cut, without the answer, once the server has answered.
 * - `cut-client-now`: the server gets it, the client is cut at once; the server's side is kept until it has answered, so its backend
 *   stays inside the statement for as long as that takes.
 * - `swallow`: nobody ever hears of it, and the client waits: a network that drops packets, a server that hangs.
 */
export type RequestVerdict = "pass" | "cut-before" | "cut-after" | "cut-client-now" | "swallow";

/** What happens to a piece of an answer: the client gets it, or both sides are cut before it does. */
export type AnswerVerdict = "pass" | "cut";

/** Who decides. Asked anew for each request and each piece of an answer. */
export interface Judges {
  request(request: ProxyRequest): RequestVerdict;
  answer(answer: ProxyAnswer): AnswerVerdict;
}

/** One client's connection through the proxy. */
export class ProxyLink {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #judges: Judges;
  readonly #requests: RequestReader;
  readonly #answers: AnswerReader;
  /** The client is cut, or will be, without the answer that the server is working on. */
  #lastAnswer = false;

  constructor(number: number, client: Socket, target: URL, judges: Judges, onEnd: () => void) {
    this.#client = client;
    this.#server = connect(Number(target.port || 5432), target.hostname);
    this.#judges = judges;
    this.#requests = new RequestReader(number);
    this.#answers = new AnswerReader(number);
    client.setNoDelay(true);
    this.#server.setNoDelay(true);
    client.on("data", (chunk) => this.#fromClient(chunk));
    this.#server.on("data", (chunk) => this.#fromServer(chunk));
    // A broken socket closes too; its error is what the tests want, not news.
    for (const socket of [client, this.#server]) socket.on("error", () => undefined);
    client.on("close", () => {
      if (!this.#lastAnswer) this.#server.destroy();
    });
    this.#server.on("close", () => {
      // Soon: the server's last words ("terminating connection ...") may still be on their way.
      client.destroySoon();
      onEnd();
    });
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #fromClient(chunk: Buffer): void {
    for (const request of this.#requests.read(chunk)) {
      this.#forward(request, this.#judges.request(request));
    }
  }

  #forward(request: ProxyRequest, verdict: RequestVerdict): void {
    if (verdict === "cut-before") {
      this.cut();
      return;
    }
    if (verdict === "swallow") return;
    this.#lastAnswer ||= verdict !== "pass";
    this.#server.write(request.bytes);
    if (verdict === "cut-client-now") this.#client.destroy();
  }

  #fromServer(chunk: Buffer): void {
    const answer = this.#answers.read(chunk);
    if (answer === undefined) return;
    if (this.#lastAnswer) {
      if (answer.isLast) this.cut();
      return;
    }
    if (this.#judges.answer(answer) === "pass") this.#client.write(answer.bytes);
    else this.cut();
  }
}
