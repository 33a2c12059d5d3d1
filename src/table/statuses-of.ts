import { StatusMap } from "../status/status-map.js";
import { defaultSteps, type Steps } from "../status/steps.js";

const maps = new WeakMap<object, StatusMap>();

/** The statuses of a class, with or without a DataSource. */
export function statusesOf(target: object): StatusMap {
  let map = maps.get(target);
  if (!map) {
    map = new StatusMap((target as { steps?: Steps }).steps ?? defaultSteps);
    maps.set(target, map);
  }
  return map;
}
