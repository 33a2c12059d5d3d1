import { StatusMap } from "../status/status-map.js";
import { defaultSteps, type Steps } from "../status/steps.js";
import { getOrInsert } from "../util/get-or-insert.js";

const maps = new WeakMap<object, StatusMap>();

/** The statuses of a class, with or without a DataSource. */
export function statusesOf(target: object): StatusMap {
  return getOrInsert(maps, target, () => new StatusMap((target as { steps?: Steps }).steps ?? defaultSteps));
}
