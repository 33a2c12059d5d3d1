export { checkValue } from "./check-value.js";
export { type Client, isAborted, PROBE, type Row, type SendOptions, send, watchTransaction } from "./client.js";
export { COLUMN_TYPES, isNotNull, NOW_DEFAULT } from "./column-types.js";
export {
  canHoldUuid,
  defaultSql,
  field,
  fieldSql,
  fieldType,
  isReadAsIs,
  isStoredAsGiven,
  mergeSql,
  parameter,
  valueSql,
} from "./column-value.js";
export { comparableKey } from "./comparable-key.js";
export { closeOwnClient, connectRunner, type OwnClient, openOwnClient, withConnection } from "./connection.js";
export { type Condition, type CriteriaShape, criteria } from "./criteria.js";
export { enqueue, type InsertedColumn } from "./enqueue.js";
export { duplicateOf, isConnectionLost, isRetryable } from "./errors.js";
export type { SetColumn } from "./fragments.js";
export { doubt, extend, heartbeat, standing } from "./lease.js";
export { cancel, purge, rerun, rescue, schedule, type Waiting } from "./operate.js";
export { fail, ignore, release, succeed } from "./outcome.js";
export { count, findByStatus, findLocked, matchingKeys } from "./query.js";
export { createAndStart, type StartCodes, start } from "./start.js";
