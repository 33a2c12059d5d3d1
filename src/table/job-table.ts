import type { DataSource, EntityMetadata } from "typeorm";
import { type ColumnMetadata, type Dialect, dialectOf, type SqlTable, type Statement } from "../dialect/index.js";
import type { ResolvedPolicy } from "../policy/job-policy.js";
import { resolvePolicy } from "../policy/resolve-policy.js";
import type { StatusMap } from "../status/status-map.js";
import { getOrInsert } from "../util/get-or-insert.js";
import { isStored } from "./columns.js";
import { Hydrator } from "./hydrate.js";
import type { JobClass } from "./job-class.js";
import { Keys } from "./key.js";
import { sqlTable } from "./sql-names.js";
import { statusesOf } from "./statuses-of.js";
import { Validation } from "./validation.js";
import { metadataOf, verifyClass } from "./verify.js";

/** How many texts of one class are kept: far more than code has, far fewer than columns have combinations. */
const MAX_STATEMENTS = 500;

/** What one job class means to SQL: built once per DataSource and class, from TypeORM's metadata. */
export class JobTable {
  readonly name: string;
  readonly metadata: EntityMetadata;
  /** What the lock's column is called in result rows. */
  readonly lockName: string;
  /** The columns that have a property. */
  readonly columns: readonly ColumnMetadata[];
  readonly dialect: Dialect;
  readonly sql: SqlTable;
  readonly policy: ResolvedPolicy;
  readonly statuses: StatusMap;
  /** Whether the class declares steps of its own. */
  readonly hasSteps: boolean;
  readonly keys: Keys;
  readonly hydrator: Hydrator;
  readonly validation: Validation;
  readonly #statements = new Map<string, Statement>();

  constructor(
    readonly dataSource: DataSource,
    target: JobClass,
  ) {
    this.metadata = metadataOf(dataSource, target);
    this.name = this.metadata.name;
    verifyClass(this.metadata);
    this.lockName = this.metadata.findColumnWithPropertyName("lock")!.databaseName;
    this.columns = this.metadata.columns.filter(isStored);
    this.dialect = dialectOf(dataSource);
    this.sql = sqlTable(this.metadata);
    this.policy = resolvePolicy(target.policy, `${this.name}.policy`);
    this.hasSteps = target.steps !== undefined;
    this.statuses = statusesOf(target);
    this.keys = new Keys(this.dialect, this.name, this.metadata.primaryColumns);
    this.hydrator = new Hydrator(this.metadata);
    this.validation = new Validation(target, this.name);
  }

  /**
   * A statement built once and kept. `variant` names everything that its text depends on.
   * Every text is kept here and on each connection of the server, so there is an end to it: beyond that they are built each time.
   */
  statement(variant: string, build: () => Statement): Statement {
    if (this.#statements.size < MAX_STATEMENTS) return getOrInsert(this.#statements, variant, build);
    return this.#statements.get(variant) ?? { ...build(), name: undefined };
  }

  /** What errors say about a job of this class. */
  context(key?: unknown): { jobClass: string; key?: unknown } {
    return key === undefined ? { jobClass: this.name } : { jobClass: this.name, key };
  }
}
