import type { Logger } from "typeorm";

/** A DataSource's logger that keeps every statement with its parameters. */
export class StatementLog implements Logger {
  readonly statements: { text: string; params: unknown[] }[] = [];

  /** What the server answered to those it refused. */
  readonly errors: (Error | string)[] = [];

  /** The statements that `call` sends. */
  async during(call: () => Promise<unknown>): Promise<{ text: string; params: unknown[] }[]> {
    const before = this.statements.length;
    await call();
    return this.statements.slice(before);
  }

  logQuery(text: string, params: unknown[] = []): void {
    this.statements.push({ text, params });
  }

  logQueryError(error: Error | string): void {
    this.errors.push(error);
  }

  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
