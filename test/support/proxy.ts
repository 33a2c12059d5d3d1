import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { ProxyAnswer } from "./proxy-answer.js";
import { type AnswerVerdict, type Judges, ProxyLink, type RequestVerdict } from "./proxy-link.js";
import type { ProxyRequest } from "./proxy-request.js";

/** A server in front of PostgreSQL that cuts connections where a test says. */
export interface TestProxy extends AsyncDisposable {
  /** The database's URL through this proxy. */
  readonly url: string;
  /** How many connections are open to the database, those whose client was cut included. */
  readonly connections: number;
  /** Judges every request from now on; null lets all pass. */
  intercept(judge: ((request: ProxyRequest) => RequestVerdict) | null): void;
  /** Judges every piece of an answer from now on; null lets all pass. */
  interceptAnswers(judge: ((answer: ProxyAnswer) => AnswerVerdict) | null): void;
  /** Cuts all connections, on both sides. */
  cutAll(): void;
  /** Whether new connections are refused (ECONNREFUSED, as when the database is down). Open ones stay. */
  refuse(refused: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Opens a proxy on a free port. Close it in the test: `await using proxy = await openProxy(url)`. */
export async function openProxy(targetUrl: string): Promise<TestProxy> {
  const target = new URL(targetUrl);
  const links = new Set<ProxyLink>();
  const judges: Judges = { request: () => "pass", answer: () => "pass" };
  let count = 0;

  const accept = (client: Socket) => {
    count += 1;
    const link: ProxyLink = new ProxyLink(count, client, target, judges, () => links.delete(link));
    links.add(link);
  };
  const cutAll = () => {
    for (const link of links) link.cut();
  };

  let listener = await listen(accept, 0);
  const { port } = listener.address() as AddressInfo;
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;

  const refuse = async (refused: boolean) => {
    // Stops listening at once; its own end waits for the open connections, which stay.
    if (refused) listener.close();
    if (!refused && !listener.listening) listener = await listen(accept, port);
  };
  const close = async () => {
    listener.close();
    cutAll();
  };

  return {
    url: url.href,
    get connections() {
      return links.size;
    },
    intercept: (judge) => {
      judges.request = judge ?? (() => "pass");
    },
    interceptAnswers: (judge) => {
      judges.answer = judge ?? (() => "pass");
    },
    cutAll,
    refuse,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listen(accept: (client: Socket) => void, port: number): Promise<Server> {
  const server = createServer(accept).listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
