import { type DataSource, QueryFailedError } from "typeorm";
import { getOrInsert } from "../../util/get-or-insert.js";
import { type Bindings, bound, type Statement } from "../statement.js";
import { isOutdated } from "./errors.js";

/** A row as the driver gives it, by column name. */
export type Row = Record<string, unknown>;

/** The part of a pg client that the library uses. */
export interface Client {
  query(query: { name?: string; text: string; values: unknown[] }): Promise<{ rows: Row[]; command: string }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** pg 8.18 and newer: `I`dle, in `T`ransaction, or in a failed transaction (`E`). */
  getTransactionStatus?(): string | null;
  /** False while an answer is still on its way: the transaction status is that of before then. */
  readonly readyForQuery?: boolean;
  readonly connection?: ClientConnection;
}

/** The protocol under a pg client. */
interface ClientConnection {
  readonly stream?: { destroy(): void };
  on?(event: "readyForQuery", listener: (message: { status?: string }) => void): unknown;
  removeListener?(event: "readyForQuery", listener: (message: { status?: string }) => void): unknown;
}

/** How statements are sent. */
export interface SendOptions {
  /** Named prepared statements: parsed once per connection. Off behind a pooler that shares server connections. */
  readonly preparedStatements: boolean;
}

/** Statements that a connection refuses since a migration: sent without their name they are planned anew. */
const outdated = new WeakMap<Client, Set<string>>();

/** Sends one statement on a client and answers its rows, logged and with errors as TypeORM has them. */
export async function send(
  dataSource: DataSource,
  client: Client,
  statement: Statement,
  bindings: Bindings,
  options: SendOptions,
): Promise<Row[]> {
  const values = bound(statement, bindings);
  dataSource.logger.logQuery(statement.text, values);
  try {
    const { text, name } = statement;
    const isNamed = options.preparedStatements && name !== undefined && !outdated.get(client)?.has(name);
    const { rows } = await client.query(isNamed ? { name, text, values } : { text, values });
    return rows;
  } catch (error) {
    if (isOutdated(error) && statement.name !== undefined)
      getOrInsert(outdated, client, () => new Set<string>()).add(statement.name);
    dataSource.logger.logQueryError(error as Error, statement.text, values);
    throw new QueryFailedError(statement.text, values, error as Error);
  }
}

/**
 * Watches whether the transaction that is open on a client ends: the status afterwards doesn't tell when another was begun.
 * A driver that doesn't show its protocol isn't watched.
 */
export function watchTransaction(client: Client): { hasEnded(): boolean; stop(): void } {
  let ended = false;
  const onReady = ({ status }: { status?: string }) => {
    ended ||= status === "I";
  };
  client.connection?.on?.("readyForQuery", onReady);
  return { hasEnded: () => ended, stop: () => client.connection?.removeListener?.("readyForQuery", onReady) };
}

/**
 * Whether a failed statement has aborted the transaction that is open on a client, as far as the client knows; undefined: it
 * doesn't show its protocol, or an answer is still on its way, and only a statement can tell.
 */
export function isAborted(client: Client): boolean | undefined {
  if (client.readyForQuery !== true || !client.getTransactionStatus) return undefined;
  return client.getTransactionStatus() === "E";
}

/** Asks for nothing: a server that answers lives, and one that refuses has aborted the transaction. */
export const PROBE: Statement = { name: "tj_probe", text: "SELECT 1", params: [] };
