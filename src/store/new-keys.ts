import type { ColumnMetadata } from "../dialect/index.js";
import type { JobTable } from "../table/job-table.js";

/** Reads a key out of a row or record, by column. */
export type KeyText = (value: (column: ColumnMetadata) => unknown) => string | undefined;

/** A key as text, to find duplicates and to order what comes back; undefined where only the database can tell. */
export function keyTextOf(table: JobTable): KeyText {
  const parts = table.keys.columns.map((column) => ({ column, text: table.dialect.comparableKey(column) }));
  return (value) => {
    const texts: string[] = [];
    for (const { column, text } of parts) {
      const part = value(column);
      if (!text || part === undefined || part === null) return undefined;
      texts.push(text(part));
    }
    return texts.length === 1 ? texts[0] : JSON.stringify(texts);
  };
}

/** A key of text that isn't given is made here: time-ordered, so that new rows land side by side in the index. */
export function canMakeKey(table: JobTable): boolean {
  const [column, ...others] = table.keys.columns;
  if (!column || others.length > 0 || column.isGenerated || column.relationMetadata) return false;
  return table.dialect.canHoldUuid(column);
}
