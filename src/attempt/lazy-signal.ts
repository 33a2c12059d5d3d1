/** An abort signal that is made only when somebody asks for it: most jobs never do. */
export class LazySignal {
  #controller: AbortController | undefined;
  #reason: { readonly value: unknown } | undefined;

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason.value);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  /** What it was aborted with. */
  get reason(): unknown {
    return this.#reason?.value;
  }

  /** Aborts with the reason; the first one stays. Answers whether it was the first. */
  abort(reason: unknown): boolean {
    if (this.#reason) return false;
    this.#reason = { value: reason };
    this.#controller?.abort(reason);
    return true;
  }
}
