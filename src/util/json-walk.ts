import { whyNoJson } from "./json-fault.js";
import { isPlainObject } from "./plain.js";
import { preview } from "./preview.js";
import { isSafeText } from "./safe-text.js";

const MAX_DEPTH = 1_000;

/** What is wrong with a document and where: the keys that lead there, the innermost FIRST (they are added on the way back). */
export interface JsonFault {
  why: string;
  keys: (string | number)[];
  /** How many of the keys, from the outside, lead to what is meant; all of them if not given. */
  depth?: number;
}

/**
 * One pass over a document that is to be stored. It returns the first fault instead of throwing, so that the path is put together
 * only when there is one: this runs for every update of every job.
 */
export class JsonWalk {
  /** About how many bytes the document will take in the database; not more than that, unless it is made of empty lists. */
  size = 0;
  readonly #maxSize: number;
  readonly #ancestors: object[] = [];

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  visit(value: unknown): JsonFault | undefined {
    switch (typeof value) {
      case "string":
        this.size += value.length + 4;
        return isSafeText(value) ? undefined : fault(`${preview(value)} has a NUL character or half of a surrogate pair`);
      case "number":
        this.size += 12;
        return Number.isFinite(value) ? undefined : fault(whyNoJson(value));
      case "boolean":
        this.size += 4;
        return undefined;
      case "object":
        this.size += 24;
        return value === null ? undefined : this.#visitContainer(value);
      default:
        return fault(whyNoJson(value));
    }
  }

  #visitContainer(value: object): JsonFault | undefined {
    if (this.size > this.#maxSize) return fault("the document is too large");
    if (this.#ancestors.length >= MAX_DEPTH) return this.#tooDeep(value);
    this.#ancestors.push(value);
    try {
      return Array.isArray(value) ? this.#visitArray(value) : this.#visitObject(value);
    } catch (error) {
      return fault(`it can't be read: ${preview(error)}`); // a getter, or a Proxy
    } finally {
      this.#ancestors.pop();
    }
  }

  #visitArray(array: readonly unknown[]): JsonFault | undefined {
    // An array's own prototype is an array too, in every realm; that of a subclass is not.
    if (!Array.isArray(Object.getPrototypeOf(array))) return fault(whyNoJson(array));
    for (let index = 0; index < array.length; index++) {
      const found = this.visit(array[index]);
      if (found) return below(index, found);
    }
    if (Object.keys(array).length === array.length && Object.getOwnPropertySymbols(array).length === 0) return undefined;
    const extra = Object.keys(array)[array.length] ?? Object.getOwnPropertySymbols(array)[0];
    return fault(`the property ${preview(extra)} of an array is not in JSON: store an object`);
  }

  #visitObject(object: object): JsonFault | undefined {
    if (!isPlainObject(object)) return fault(whyNoJson(object));
    for (const key of Object.keys(object)) {
      const value = object[key];
      // JSON leaves it out, and reading it back gives undefined again. TypeScript's optional properties make these common.
      if (value === undefined) continue;
      this.size += key.length + 4;
      const found = isSafeText(key)
        ? this.visit(value)
        : fault("the name of the property has a NUL character or half of a surrogate pair");
      if (found) return below(key, found);
    }
    const [symbol] = Object.getOwnPropertySymbols(object);
    return symbol === undefined ? undefined : fault(`the property ${preview(symbol)} is not in JSON: use a text as its name`);
  }

  /** Only here it is worth the time to tell a cycle from a deep document. */
  #tooDeep(value: object): JsonFault {
    const path = [...this.#ancestors, value];
    const depth = path.findIndex((ancestor, index) => path.indexOf(ancestor) < index);
    if (depth < 0) return fault(`it is nested deeper than ${MAX_DEPTH} levels`);
    return { ...fault("it refers back to an object that contains it"), depth };
  }
}

function fault(why: string): JsonFault {
  return { why, keys: [] };
}

function below(key: string | number, found: JsonFault): JsonFault {
  found.keys.push(key);
  return found;
}
