/** One SQL text with the names of its parameters in order. Built once per class and variant, then cached. */
export interface Statement {
  readonly text: string;
  readonly params: readonly string[];
  /** Name under which the server keeps the parsed statement; undefined: it keeps none. */
  readonly name: string | undefined;
}

/** Values by parameter name. */
export type Bindings = Readonly<Record<string, unknown>>;

/** The values of a statement's parameters, in order. A missing one is a mistake of ours, never NULL by accident. */
export function bound(statement: Statement, bindings: Bindings): unknown[] {
  return statement.params.map((param) => {
    const value = bindings[param];
    if (value === undefined) throw new TypeError(`no value for parameter "${param}"`);
    return value;
  });
}
