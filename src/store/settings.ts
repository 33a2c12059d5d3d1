import type { DataSource } from "typeorm";
import { InvalidOptionError } from "../error/index.js";
import { type Duration, MAX_TIMER, parseDuration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";

/** How the library uses one DataSource. */
export interface JobSettings {
  /**
   * Use named prepared statements, which the server parses once per connection: default true.
   * Turn it off behind a pooler that gives each transaction another server connection (pgbouncer before 1.21 in transaction mode).
   */
  preparedStatements?: boolean;
  /** How long to wait for a connection, of the pool or a new one, before `JobConnectionTimeoutError`: default `"30s"`, at least 10 ms. */
  connectionTimeout?: Duration;
}

/** The same, checked and in milliseconds. */
export interface ResolvedSettings {
  readonly preparedStatements: boolean;
  readonly connectionTimeout: number;
}

const DEFAULTS: ResolvedSettings = { preparedStatements: true, connectionTimeout: 30_000 };

const settings = new WeakMap<DataSource, ResolvedSettings>();

/**
 * Says how the library uses a DataSource. Call it before the first job, or leave it out for the defaults.
 *
 * @throws InvalidOptionError naming the setting
 * @example configureJobs(dataSource, { preparedStatements: false });   // behind pgbouncer
 */
export function configureJobs(dataSource: DataSource, given: JobSettings): void {
  checkKnown(given, ["preparedStatements", "connectionTimeout"], "configureJobs settings");
  const { preparedStatements = DEFAULTS.preparedStatements, connectionTimeout = DEFAULTS.connectionTimeout } = given;
  if (typeof preparedStatements !== "boolean") {
    throw new InvalidOptionError("preparedStatements", "true or false", preparedStatements);
  }
  const timeout = parseDuration("connectionTimeout", connectionTimeout, { min: 10, max: MAX_TIMER });
  settings.set(dataSource, { preparedStatements, connectionTimeout: timeout });
}

/** The settings of a DataSource. */
export function settingsOf(dataSource: DataSource): ResolvedSettings {
  return settings.get(dataSource) ?? DEFAULTS;
}
