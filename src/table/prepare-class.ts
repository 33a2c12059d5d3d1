import type { DataSource } from "typeorm";
import type { Steps } from "../status/steps.js";
import { completeMetadata } from "./complete-metadata.js";
import { statusesOf } from "./statuses-of.js";
import { verifyClass } from "./verify.js";

/**
 * Checks a job class and finishes its metadata, when its DataSource is initialised and before a schema is made of it.
 *
 * @throws JobConfigurationError when the class can't be a job; `dataSource.initialize()` rejects with it
 */
export function prepareClass(dataSource: DataSource, target: new () => object): void {
  const metadata = dataSource.getMetadata(target);
  verifyClass(metadata);
  statusesOf(target);
  completeMetadata(metadata, (target as { steps?: Steps }).steps);
}
