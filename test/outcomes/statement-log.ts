import type { Logger } from "typeorm";

/** Keeps the text of every statement that a DataSource sends, the library's own included. */
export class StatementLog implements Logger {
  readonly statements: string[] = [];

  /** What was sent since the last call, each as its first words: `UPDATE outcome_job`, `COMMIT`. */
  take(): string[] {
    return this.statements.splice(0).map((text) => /^(\w+( TRANSACTION)?)/.exec(text)?.[0] ?? text);
  }

  logQuery(text: string): void {
    this.statements.push(text);
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
