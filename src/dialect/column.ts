import type { EntityMetadata } from "typeorm";

/** TypeORM's metadata of one column, which its front door doesn't export by name. */
export type ColumnMetadata = EntityMetadata["columns"][number];
