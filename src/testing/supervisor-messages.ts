/** What the owner tells its supervisor, once, right after it was spawned. */
export interface ServerOrder {
  /** The folder with PostgreSQL's bin, lib and share. */
  readonly native: string;
  /** Server settings by name, as in postgresql.conf. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What the supervisor answers, once: where the server is, or why there is none (and nothing of it is left). */
export type SupervisorReport = { readonly url: string } | { readonly failed: string };
