import type { DataSource } from "typeorm";
import { refuseOpen } from "../attempt/refuse-open.js";
import { JobConfigurationError } from "../error/index.js";
import { registerDataSource } from "../repository/data-sources.js";
import { prepareClass } from "../table/prepare-class.js";

/** What TypeORM calls on a class. */
interface Hooked {
  useDataSource?(dataSource: DataSource | null): void;
  hasId?: unknown;
  save?: unknown;
}

/**
 * The statics by which TypeORM tells a class its DataSource, right after it has built the metadata. It does so for classes that look
 * like its BaseEntity, so a class without that gets the two other statics it looks for; nothing calls them.
 */
export function hooks(base: object): Hooked {
  const parent = base as Hooked;
  const recognised = () => {
    throw new TypeError("this entity does not extend BaseEntity: use its repository");
  };
  return {
    ...(parent.useDataSource ? {} : { hasId: recognised, save: recognised }),
    useDataSource(this: { new (): object; name: string }, dataSource: DataSource | null): void {
      parent.useDataSource?.call(this, dataSource);
      if (!dataSource) return;
      registerDataSource(this, dataSource);
      if (dataSource.hasMetadata(this)) prepareClass(dataSource, this);
    },
  };
}

/** A field of a subclass that is named like a getter of ours would fail with an error that names neither. */
export function guardGetters(prototype: object): void {
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (!get) continue;
    const set = function (this: object): never {
      const jobClass = this.constructor.name;
      throw new JobConfigurationError(
        `${jobClass}.${name} is a job's own member and can't be assigned. A field of that name needs another, or the job an entity of its own.`,
        { jobClass },
      );
    };
    Object.defineProperty(prototype, name, { get, set, configurable: true });
  }
}

/** `save()` of BaseEntity runs no listener when nothing has changed, and it must be refused all the same. */
export function guardSave(prototype: object, base: { prototype: unknown }): void {
  const { save } = base.prototype as { save?: (...args: unknown[]) => unknown };
  if (typeof save !== "function") return;
  const guarded = function (this: object, ...args: unknown[]) {
    refuseOpen(this);
    return save.apply(this, args);
  };
  Object.defineProperty(prototype, "save", { value: guarded, configurable: true, writable: true });
}
