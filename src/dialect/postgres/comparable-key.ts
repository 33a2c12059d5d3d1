import { type ColumnMetadata, typeOf } from "../column.js";

/**
 * Makes a text that is the same for equal values of a key column and only for these, whether the value comes from a user (as
 * `field` has it) or from a row; undefined for types whose equality only the database knows.
 */
export function comparableKey(column: ColumnMetadata): ((value: unknown) => string) | undefined {
  if (column.isArray) return undefined;
  switch (typeOf(column)) {
    case "character varying":
    case "text":
    case "enum":
      return String;
    case "uuid":
      return (value) => String(value).toLowerCase().replace(/[{}-]/g, "");
    case "smallint":
    case "integer":
    case "bigint":
      return (value) => BigInt(String(value).trim().replace(/^\+/, "")).toString();
    default:
      return undefined;
  }
}
