import type { EntityMetadata } from "typeorm";
import { isNotNull, quoted } from "../dialect/index.js";
import { JobStatus } from "../status/job-status.js";
import type { Steps } from "../status/steps.js";
import { JOB_MIXIN } from "./verify.js";

/**
 * Finishes what decorators on the mixin can't know, once TypeORM has built the metadata of the class that uses it and before it
 * makes a schema of them: the primary key and the real column names in the indexes, and the status a new row begins with.
 */
export function completeMetadata(metadata: EntityMetadata, steps: Steps | undefined): void {
  completeIndexes(metadata);
  const status = metadata.findColumnWithPropertyName("status");
  // Changed on this entity's metadata only: the decorator's arguments are shared with every other class.
  if (status) status.default = Object.values(steps ?? {})[0]?.pending ?? JobStatus.Pending;
}

/** The condition of a partial index is raw SQL, so a naming strategy that renames columns doesn't reach it by itself. */
function completeIndexes(metadata: EntityMetadata): void {
  const keys = metadata.primaryColumns.map((column) => column.propertyPath);
  for (const index of metadata.indices) {
    if (!index.target || !Object.hasOwn(index.target as object, JOB_MIXIN)) continue;
    const columns = JOB_INDEXES.get(index.columns.map((column) => column.propertyPath).join());
    if (!columns) continue;
    const { partial, leading } = columns;
    const column = partial ? metadata.findColumnWithPropertyName(partial) : undefined;
    index.givenColumnNames = [...leading, ...keys];
    index.where = column ? isNotNull(quoted(column)) : undefined;
    index.build(metadata.dataSource.namingStrategy);
  }
}

/** The inherited indexes by the columns they are declared with. */
const JOB_INDEXES = new Map<string, { leading: readonly string[]; partial?: string }>([
  ["priority,runAt", { leading: ["priority", "runAt"], partial: "runAt" }],
  ["lock", { leading: [], partial: "lock" }],
  ["status,updatedAt", { leading: ["status", "updatedAt"] }],
]);
