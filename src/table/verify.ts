import { BaseEntity, type DataSource, type EntityMetadata, getMetadataArgsStorage } from "typeorm";
import { describeDataSource, JOB_COLUMNS } from "../dialect/index.js";
import { JobConfigurationError } from "../error/index.js";

/** Marks the classes that `JobMixin` makes: they alone may declare job columns. */
export const JOB_MIXIN = Symbol.for("typeorm-jobs.mixin");

/** Members of the class that `JobMixin` defines and a subclass must leave alone. */
const JOB_MEMBERS = ["kind", "step", "updates", "signal", "extend", "succeed", "fail", "ignore", "release"];

/**
 * Refuses a class that TypeORM would map to something else than what it says, at start-up instead of at the first odd row.
 *
 * @throws JobConfigurationError saying what to do
 */
export function verifyClass(metadata: EntityMetadata): void {
  const name = metadata.name;
  const chain = ancestors(metadata.target as new () => object);
  verifyNames(name, chain);
  verifyProperties(name, chain);
  const lacking = JOB_COLUMNS.filter((property) => !metadata.findColumnWithPropertyName(property));
  if (lacking.length > 0) {
    throw new JobConfigurationError(`${name} lacks the job columns ${lacking.join(", ")}: extend JobEntity or JobMixin(...)`, {
      jobClass: name,
    });
  }
  verifyFields(metadata);
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

/** Job columns and members belong to the mixin alone, above it and below it; and no column is decorated twice. */
function verifyProperties(name: string, chain: readonly (new () => object)[]): void {
  const decorated = new Map<string, string>();
  // From the base down, so that the second one is the one that TypeORM ignores.
  for (const ancestor of [...chain].reverse()) {
    const properties = decoratedBy(ancestor);
    if (!Object.hasOwn(ancestor, JOB_MIXIN)) {
      for (const property of [...properties, ...Object.getOwnPropertyNames(ancestor.prototype)]) refuseTaken(name, property);
    }
    for (const property of properties) {
      const before = decorated.get(property);
      if (before !== undefined) {
        throw new JobConfigurationError(
          `${name}.${property} is decorated by ${before} already and can't be decorated again by ${ancestor.name}: TypeORM would ignore it. ` +
            `Rename your column, or extend JobMixin(...) instead of JobEntity to declare a key of your own.`,
          { jobClass: name },
        );
      }
      decorated.set(property, ancestor.name);
    }
  }
}

/** Fields without a decorator are seen on an instance only: one named like a member would hide it. */
function verifyFields(metadata: EntityMetadata): void {
  const instance: object = metadata.create(undefined, { fromDeserializer: true });
  for (const field of Object.getOwnPropertyNames(instance)) if (JOB_MEMBERS.includes(field)) refuseTaken(metadata.name, field);
}

function refuseTaken(name: string, property: string): void {
  const isColumn = (JOB_COLUMNS as readonly string[]).includes(property);
  if (!isColumn && !JOB_MEMBERS.includes(property)) return;
  const what = isColumn
    ? "a job column and can't be decorated again: TypeORM would ignore it"
    : "the name of a job's own member";
  throw new JobConfigurationError(
    `${name}.${property} is ${what}. Rename yours, or keep the job in an entity of its own beside this one.`,
    { jobClass: name },
  );
}

/** Properties that decorators of this very class map to columns. */
function decoratedBy(target: object): Set<string> {
  const { columns, relations, embeddeds } = getMetadataArgsStorage();
  const mapped = [...columns, ...relations, ...embeddeds].filter((candidate) => candidate.target === target);
  return new Set(mapped.map(({ propertyName }) => propertyName));
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
