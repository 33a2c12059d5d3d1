import type { DataSource } from "typeorm";
import { describeDataSource } from "../dialect/index.js";
import { JobConfigurationError } from "../error/index.js";

const DATA_SOURCES = Symbol("typeorm-jobs.dataSources");

type Registered = { [DATA_SOURCES]?: Set<DataSource> };

/** Remembers a DataSource that has the class among its entities. */
export function registerDataSource(target: object, dataSource: DataSource): void {
  const registered = target as Registered;
  // An own set: a subclass must not add to its parent's.
  if (!Object.hasOwn(target, DATA_SOURCES)) {
    Object.defineProperty(target, DATA_SOURCES, { value: new Set<DataSource>() });
  }
  registered[DATA_SOURCES]!.add(dataSource);
}

/**
 * The DataSource that the statics of a class use: the one given, or the only initialised one.
 *
 * @throws JobConfigurationError when there is none, or more than one
 */
export function dataSourceOf(target: { readonly name: string }, given: DataSource | undefined): DataSource {
  if (given) return given;
  const known = Object.hasOwn(target, DATA_SOURCES) ? [...(target as Registered)[DATA_SOURCES]!] : [];
  // A DataSource that was closed is of no use any more; initialised again it registers again.
  for (const dataSource of known) if (!dataSource.isInitialized) (target as Registered)[DATA_SOURCES]!.delete(dataSource);
  const [only, ...others] = known.filter((dataSource) => dataSource.isInitialized);
  if (!only) {
    throw new JobConfigurationError(
      `${target.name} belongs to no initialised DataSource: list it in \`entities\` and await dataSource.initialize() first`,
      { jobClass: target.name },
    );
  }
  if (others.length === 0) return only;
  const names = [only, ...others].map((dataSource) => `(${describeDataSource(dataSource)})`).join(" and ");
  throw new JobConfigurationError(
    `${target.name} belongs to ${others.length + 1} DataSources, ${names}: say which with { dataSource } or jobs(${target.name}, dataSource)`,
    { jobClass: target.name },
  );
}
