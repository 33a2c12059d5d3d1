import { BaseEntity, type DataSource, type EntityMetadata, getMetadataArgsStorage } from "typeorm";
import { describeDataSource, JOB_COLUMNS } from "../dialect/index.js";
import { JobConfigurationError } from "../error/index.js";

/** Marks the classes that `JobMixin` makes: they alone may declare job columns. */
export const JOB_MIXIN = Symbol.for("typeorm-jobs.mixin");

/** Members of the class that `JobMixin` defines and a subclass must leave alone. */
export const JOB_MEMBERS = ["kind", "step", "updates", "signal", "extend", "succeed", "fail", "ignore", "release"] as const;

/**
 * Refuses a class that TypeORM would map to something else than what it says, at start-up instead of at the first odd row.
 *
 * @throws JobConfigurationError saying what to do
 */
export function verifyClass(metadata: EntityMetadata): void {
  const name = metadata.name;
  const chain = ancestors(metadata.target as new () => object);
  verifyNames(name, chain);
  const own = chain.filter((ancestor) => !Object.hasOwn(ancestor, JOB_MIXIN));
  for (const ancestor of own) verifyMembers(name, ancestor);
  const redecorated = getMetadataArgsStorage().columns.find(
    (column) => own.includes(column.target as never) && (JOB_COLUMNS as readonly string[]).includes(column.propertyName),
  );
  if (redecorated) {
    throw new JobConfigurationError(
      `${name}.${redecorated.propertyName} is a job column and can't be decorated again: TypeORM would ignore it. ` +
        `Rename your column, or keep the job in an entity of its own beside this one.`,
      { jobClass: name },
    );
  }
  const lacking = JOB_COLUMNS.filter((property) => !metadata.findColumnWithPropertyName(property));
  if (lacking.length > 0) {
    throw new JobConfigurationError(`${name} lacks the job columns ${lacking.join(", ")}: extend JobEntity or JobMixin(...)`, {
      jobClass: name,
    });
  }
  if (metadata.primaryColumns.length === 0) {
    throw new JobConfigurationError(`${name} has no primary column`, { jobClass: name });
  }
}

/** @throws JobConfigurationError when the class isn't an entity of the DataSource */
export function metadataOf(dataSource: DataSource, target: new (...args: never[]) => object): EntityMetadata {
  if (!dataSource.isInitialized) {
    throw new JobConfigurationError(
      `The DataSource (${describeDataSource(dataSource)}) is not initialised: await dataSource.initialize() first`,
      {
        jobClass: target.name,
      },
    );
  }
  if (dataSource.hasMetadata(target)) return dataSource.getMetadata(target);
  throw new JobConfigurationError(
    `${target.name || "the class"} is not an entity of the DataSource (${describeDataSource(dataSource)}): decorate it with @Entity() and list it in \`entities\``,
    { jobClass: target.name },
  );
}

function verifyNames(name: string, chain: readonly (new () => object)[]): void {
  if (chain.every((ancestor) => ancestor.name !== "")) return;
  throw new JobConfigurationError(
    `${name || "A job class"} has an unnamed class among its ancestors: TypeORM stops looking for columns there. Give it a name.`,
    { jobClass: name },
  );
}

function verifyMembers(name: string, ancestor: new () => object): void {
  const taken = JOB_MEMBERS.find((member) => Object.hasOwn(ancestor.prototype as object, member));
  const column = getMetadataArgsStorage().columns.find(
    (candidate) => candidate.target === ancestor && (JOB_MEMBERS as readonly string[]).includes(candidate.propertyName),
  );
  const clash = taken ?? column?.propertyName;
  if (clash === undefined) return;
  throw new JobConfigurationError(
    `${name}.${clash} has the name of a job's own member: rename it, or keep the job in an entity of its own`,
    { jobClass: name },
  );
}

function ancestors(target: new () => object): (new () => object)[] {
  const chain: (new () => object)[] = [];
  for (
    let current = target;
    typeof current === "function" && current !== Function.prototype;
    current = Object.getPrototypeOf(current)
  ) {
    if ((current as unknown) === BaseEntity) break;
    chain.push(current);
  }
  return chain;
}
