import { BeforeRemove, BeforeSoftRemove, BeforeUpdate, Column, Index } from "typeorm";
import { askIgnore, askOutcome, askRelease } from "../attempt/ask.js";
import { disposeAttempt } from "../attempt/dispose.js";
import { started } from "../attempt/open-attempts.js";
import { refuseOpen } from "../attempt/refuse-open.js";
import { COLUMN_TYPES, isNotNull, NOW_DEFAULT } from "../dialect/index.js";
import type { JobFailure } from "../failure/job-failure.js";
import type { JobPolicy } from "../policy/job-policy.js";
import { type JobKind, JobStatus } from "../status/job-status.js";
import type { Steps } from "../status/steps.js";
import type { JobRow } from "../table/job-row.js";
import { statusesOf } from "../table/statuses-of.js";
import { JOB_MIXIN } from "../table/verify.js";
import type { Duration } from "../util/duration.js";
import { guardGetters, guardSave, hooks } from "./hooks.js";
import type { JobStatics } from "./job-statics.js";
import { statics } from "./statics.js";

/** Any class, abstract ones too. */
type Base = abstract new (...args: never[]) => object;

/** What an instance has beside its columns, started or not. */
export interface JobMembers {
  /** The status in words. */
  readonly kind: JobKind;
  /** The step it stands in; undefined in a class without steps. */
  readonly step: string | undefined;
}

/** What the mixin adds to instances. TypeScript takes a constructor type for a mixin's only with exactly these arguments. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type AddsToInstances = abstract new (...args: any[]) => JobRow & JobMembers;

/** A class with the job columns added: what `JobMixin(Base)` gives to extend. */
export type JobMixed<B extends Base> = B & JobStatics & AddsToInstances;

// Managed: the library alone writes these, with SQL of its own. `save()` of a stale instance would write old values back.
const managed = { insert: false, update: false };

/**
 * Adds the job columns to a class, for entities with a primary key of their own, composite ones too.
 *
 * @example
 * @Entity()
 * export class Order extends JobMixin(BaseEntity) {
 *   @PrimaryColumn({ type: "int" })
 *   no!: number;
 * }
 * await Order.run(42, async (order) => { order.updates.set("total", 99); });
 */
export function JobMixin<B extends Base>(base: B): JobMixed<B> {
  const Parent = base as unknown as new () => object;

  @Index(["priority", "runAt"], { where: isNotNull("run_at") })
  @Index(["lock"], { where: isNotNull("lock") })
  @Index(["status", "updatedAt"])
  abstract class Job extends Parent implements JobRow, JobMembers {
    static readonly [JOB_MIXIN] = true;
    static readonly policy: JobPolicy = {};
    static readonly steps: Steps | undefined = undefined;

    @Column({ type: COLUMN_TYPES.integer, name: "status", default: JobStatus.Pending, ...managed })
    readonly status!: number;

    @Column({ type: COLUMN_TYPES.text, name: "reason", length: 64, nullable: true, ...managed })
    readonly reason!: string | null;

    @Column({ type: COLUMN_TYPES.integer, name: "priority", default: 0 })
    priority!: number;

    @Column({ type: COLUMN_TYPES.time, name: "run_at", nullable: true, update: false })
    runAt!: Date | null;

    @Column({ type: COLUMN_TYPES.token, name: "lock", nullable: true, ...managed })
    readonly lock!: string | null;

    @Column({ type: COLUMN_TYPES.time, name: "lock_at", nullable: true, ...managed })
    readonly lockAt!: Date | null;

    @Column({ type: COLUMN_TYPES.time, name: "lock_until", nullable: true, ...managed })
    readonly lockUntil!: Date | null;

    @Column({ type: COLUMN_TYPES.text, name: "lock_by", length: 128, nullable: true, ...managed })
    readonly lockBy!: string | null;

    @Column({ type: COLUMN_TYPES.integer, name: "fence", default: 0, ...managed })
    readonly fence!: number;

    @Column({ type: COLUMN_TYPES.integer, name: "retry", default: 0, ...managed })
    readonly retry!: number;

    @Column({ type: COLUMN_TYPES.json, name: "data", default: {} })
    data!: object;

    @Column({ type: COLUMN_TYPES.json, name: "errors", default: [], ...managed })
    readonly errors!: readonly JobFailure[];

    @Column({ type: COLUMN_TYPES.time, name: "created_at", default: () => NOW_DEFAULT, ...managed })
    readonly createdAt!: Date;

    @Column({ type: COLUMN_TYPES.time, name: "updated_at", default: () => NOW_DEFAULT, ...managed })
    readonly updatedAt!: Date;

    @Column({ type: COLUMN_TYPES.time, name: "finished_at", nullable: true, ...managed })
    readonly finishedAt!: Date | null;

    get kind(): JobKind {
      return statusesOf(this.constructor).kindOf(this.status)!;
    }

    get step(): string | undefined {
      const { steps } = this.constructor as unknown as JobStatics;
      return steps && statusesOf(this.constructor).stepOf(this.status)?.name;
    }

    get updates() {
      return started(this).updates;
    }

    get signal(): AbortSignal {
      return started(this).signal;
    }

    // None of these is async: each answers the attempt's own promise, which `run` awaits too. Behind a promise of its own, an outcome
    // that user code forgot to await would end the process when it fails.
    succeed(): Promise<void> {
      return askOutcome(this, () => ({ name: "succeed" }));
    }

    fail(error: unknown): Promise<void> {
      return askOutcome(this, () => ({ name: "fail", error }));
    }

    ignore(reason: string): Promise<void> {
      return askIgnore(this, reason);
    }

    release(options: { delay?: Duration; reason?: string } = {}): Promise<void> {
      return askRelease(this, options);
    }

    async extend(expire?: Duration): Promise<void> {
      return started(this).extend(expire);
    }

    async [Symbol.asyncDispose](): Promise<void> {
      return disposeAttempt(started(this));
    }

    /** Also reached by `repository.save(job)`, which calls no method of the entity. */
    @BeforeUpdate()
    @BeforeRemove()
    @BeforeSoftRemove()
    protected refuseWhileOpen(): void {
      refuseOpen(this);
    }
  }

  guardGetters(Job.prototype);
  guardSave(Job.prototype, base);
  return Object.assign(Job, hooks(base), statics) as unknown as JobMixed<B>;
}
