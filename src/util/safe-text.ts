/** Stands for what a database can't store: Unicode's own "replacement character". */
const REPLACEMENT = "\ufffd";

// A cheap test first: most text, also most that is not Latin, has no surrogate at all.
const ANY_SURROGATE = /[\ud800-\udfff]/;
// Half of a pair without the other half: with the `u` flag, whole pairs don't match.
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** Whether the database can store this text as it is: it has no NUL character and no half of a surrogate pair. */
export function isSafeText(text: string): boolean {
  return !text.includes("\0") && !(ANY_SURROGATE.test(text) && LONE_SURROGATE.test(text));
}

/** Makes any text storable: each NUL character and each half of a surrogate pair becomes U+FFFD. */
export function safeText(text: string): string {
  if (isSafeText(text)) return text;
  return text.replaceAll("\0", REPLACEMENT).replace(LONE_SURROGATES, REPLACEMENT);
}

/** The longest beginning of `text` that takes at most `bytes` bytes in UTF-8, never half a character. */
export function cutText(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text; // three bytes is the most that one UTF-16 unit can take
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(Math.max(0, Math.floor(bytes))));
  return text.slice(0, read);
}
