export { checkValue } from "./check-value.js";
export { COLUMN_TYPES, isNotNull, NOW_DEFAULT } from "./column-types.js";
export {
  defaultSql,
  field,
  fieldSql,
  fieldType,
  isStoredAsGiven,
  mergeSql,
  parameter,
  stored,
  valueSql,
} from "./column-value.js";
export { comparableKey } from "./comparable-key.js";
export * from "./connection.js";
export { type Condition, type CriteriaShape, criteria } from "./criteria.js";
export { enqueue, type InsertedColumn } from "./enqueue.js";
export type { Backoff } from "./fragments.js";
export { CLOCK } from "./fragments.js";
export { doubt, extend, heartbeat, standing } from "./lease.js";
export { cancel, purge, rerun, rescue, schedule, type Waiting } from "./operate.js";
export { fail, ignore, release, type SetColumn, succeed } from "./outcome.js";
export { count, findByStatus, findLocked, matchingKeys } from "./query.js";
export { type CreatedColumn, createAndStart, type StartCodes, start } from "./start.js";
