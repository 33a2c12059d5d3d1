import type { QueryFailedError } from "typeorm";

const LOST_MESSAGES = /connection (terminated|error|ended)|client (was closed|has encountered)|not queryable|already released/i;
const LOST_CODES = new Set(["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"]);

/** The connection is gone, or could not be had: what was sent may have been done or not. */
export function isConnectionLost(error: unknown): boolean {
  const code = errorCode(error);
  // 08: connection exceptions; 57P01-57P03: the server shuts down, crashed or is starting; 57P05: idle session ended; 53300: too many.
  if (code && /^(08...|57P0[1235]|53300)$/.test(code)) return true;
  if (code && LOST_CODES.has(code)) return true;
  return error instanceof Error && LOST_MESSAGES.test(error.message);
}

/** Serialization failure, deadlock or an outdated plan: the same transaction may succeed when it is tried again. */
export function isRetryable(error: unknown): boolean {
  const code = errorCode(error);
  return code === "40001" || code === "40P01" || isOutdated(error);
}

/** A migration changed the type of a column since the statement was prepared: this connection refuses it from now on. */
export function isOutdated(error: unknown): boolean {
  // The code says "not supported" of many things, and the message is translated.
  return errorCode(error) === "0A000" && (error as { routine?: unknown }).routine === "RevalidateCachedQuery";
}

/** The key of a duplicate in the columns named, if that is what the error says. */
export function duplicateOf(error: unknown, columns: readonly string[]): string | undefined {
  if (errorCode(error) !== "23505") return undefined;
  const detail = (error as QueryFailedError<Error & { detail?: string }>).driverError?.detail;
  const match = /\((.*?)\)=\((.*)\)/s.exec(detail ?? "");
  if (!match) return undefined;
  const named = match[1]!.split(", ").map((column) => column.replaceAll('"', ""));
  return named.join() === columns.map((column) => column.replaceAll('"', "")).join() ? match[2]! : undefined;
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as { code?: unknown }).code ?? (error as QueryFailedError<Error & { code?: unknown }>).driverError?.code;
  return typeof code === "string" ? code : undefined;
}
