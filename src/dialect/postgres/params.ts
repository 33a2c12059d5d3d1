import { createHash } from "node:crypto";
import type { Statement } from "../statement.js";

/** Collects the parameters of one statement while its text is put together. */
export class Params {
  readonly #names: string[] = [];

  /** The placeholder of a parameter, numbered at its first use. */
  $(name: string, type?: string): string {
    let index = this.#names.indexOf(name);
    if (index < 0) index = this.#names.push(name) - 1;
    return `$${index + 1}${type ? `::${type}` : ""}`;
  }

  /** The finished statement; its name is a digest of the text, so that the same name always means the same text. */
  statement(text: string): Statement {
    const name = `tj_${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`;
    return { text, name, params: this.#names };
  }
}
