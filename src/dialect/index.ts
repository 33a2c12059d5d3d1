import type { DataSource } from "typeorm";
import { JobConfigurationError } from "../error/index.js";
import * as postgres from "./postgres/index.js";

export { type ColumnMetadata, quoted } from "./column.js";
export { describeDataSource } from "./describe.js";
export { COLUMN_TYPES, isNotNull, NOW_DEFAULT } from "./postgres/column-types.js";
export type {
  Client,
  Condition,
  CriteriaShape,
  InsertedColumn,
  OwnClient,
  Row,
  SendOptions,
  SetColumn,
  StartCodes,
  Waiting,
} from "./postgres/index.js";
export { JOB_COLUMNS, type JobColumn, type SqlTable } from "./sql-table.js";
export type { Bindings, Statement } from "./statement.js";

/** What a database must offer: one function per verb, with the same names in each. */
export type Dialect = typeof postgres;

/** @throws JobConfigurationError for a database that the library can't run on */
export function dialectOf(dataSource: DataSource): Dialect {
  if (dataSource.options.type === "postgres") return postgres;
  throw new JobConfigurationError(
    `The DataSource is of type ${dataSource.options.type}; jobs need PostgreSQL (type: "postgres")`,
  );
}
