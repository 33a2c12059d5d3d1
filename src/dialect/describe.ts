import type { DataSource } from "typeorm";

/** What tells one DataSource from another in an error: never its password. */
export function describeDataSource(dataSource: DataSource): string {
  const options = dataSource.options as {
    type: string;
    host?: string;
    port?: number;
    database?: unknown;
    schema?: string;
    url?: string;
  };
  const url = options.url && URL.canParse(options.url) ? new URL(options.url) : undefined;
  const host = options.host ?? url?.hostname ?? "localhost";
  const port = options.port ?? url?.port;
  const database = options.database ?? url?.pathname.slice(1) ?? "";
  const schema = options.schema === undefined ? "" : `, schema ${options.schema}`;
  return `${options.type} ${host}${port ? `:${port}` : ""}/${String(database)}${schema}`;
}
