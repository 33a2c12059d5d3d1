import { BaseEntity, Column, Entity, ManyToOne, PrimaryColumn } from "typeorm";
import { JobEntity, JobMixin, type Steps } from "../../src/index.js";

class Part {
  @Column({ type: "int", nullable: true })
  n!: number | null;
}

/** A base without types: the compiler would refuse most of these by itself. */
const Untyped = JobEntity as unknown as abstract new () => object;

/** Each declares something that can't be, with the word that its error must name. */
export const REFUSED: Record<string, { make(): new () => object; names: string }> = {
  "a job column decorated again": {
    names: "Refused.status",
    make: () => {
      class Refused extends Untyped {
        @Column({ type: "varchar", default: "open" })
        status!: string;
      }
      return Refused;
    },
  },
  "a relation named like a job column": {
    names: "Refused.lock",
    make: () => {
      class Refused extends Untyped {
        @ManyToOne(() => Other)
        lock!: object;
      }
      return Refused;
    },
  },
  "an embedded column named like a job column": {
    names: "Refused.data",
    make: () => {
      class Refused extends Untyped {
        @Column(() => Part)
        data!: Part;
      }
      return Refused;
    },
  },
  "an accessor named like a job column": {
    names: "Refused.retry",
    make: () => {
      class Refused extends Untyped {
        get retry() {
          return 5;
        }
      }
      return Refused;
    },
  },
  "the id of JobEntity decorated again": {
    names: "Refused.id",
    make: () => {
      class Refused extends Untyped {
        @PrimaryColumn({ type: "uuid" })
        id!: string;
      }
      return Refused;
    },
  },
  "a column named like a member": {
    names: "Refused.step",
    make: () => {
      class Refused extends Untyped {
        @Column({ type: "int", nullable: true })
        step!: number | null;
      }
      return Refused;
    },
  },
  "a method named like an outcome": {
    names: "Refused.release",
    make: () => {
      class Refused extends Untyped {
        release() {}
      }
      return Refused;
    },
  },
  "a field named like a method": {
    names: "Refused.fail",
    make: () => {
      class Refused extends Untyped {
        fail = "never";
      }
      return Refused;
    },
  },
  "a field named like a getter": {
    names: "Refused.updates",
    make: () => {
      class Refused extends Untyped {
        updates: string[] = [];
      }
      return Refused;
    },
  },
  "a field named like a getter that the class defines": {
    names: "Refused.signal",
    make: () => {
      class Refused extends Untyped {
        constructor() {
          super();
          // As `useDefineForClassFields` does it.
          Object.defineProperty(this, "signal", { value: undefined, writable: true, enumerable: true, configurable: true });
        }
      }
      return Refused;
    },
  },
  "a base class under JobMixin with a job column": {
    names: "Refused.reason",
    make: () => {
      class Base extends BaseEntity {
        @PrimaryColumn({ type: "int" })
        no!: number;

        @Column({ type: "text", nullable: true })
        reason!: string | null;
      }
      class Refused extends (JobMixin(Base) as unknown as typeof BaseEntity) {}
      return Refused;
    },
  },
  "a base class under JobMixin with a member": {
    names: "Refused.extend",
    make: () => {
      class Base extends BaseEntity {
        @PrimaryColumn({ type: "int" })
        no!: number;

        extend() {}
      }
      class Refused extends (JobMixin(Base) as unknown as typeof BaseEntity) {}
      return Refused;
    },
  },
  "a column of the class's own base decorated again": {
    names: "Refused.size",
    make: () => {
      abstract class Middle extends Untyped {
        @Column({ type: "int", default: 1 })
        size!: number;
      }
      class Refused extends Middle {
        @Column({ type: "int", default: 2 })
        override size!: number;
      }
      return Refused;
    },
  },
  "an unnamed class among the ancestors": {
    names: "unnamed class",
    make: () => {
      class Refused extends nameless(Untyped) {
        @PrimaryColumn({ type: "int" })
        no!: number;
      }
      return Refused;
    },
  },
  "steps with overlapping codes": {
    names: "steps.second",
    make: () => {
      const codes = { pending: 1, inProgress: 2, failed: 3, succeeded: 4, ignored: 5 };
      class Refused extends Untyped {
        static readonly steps = { first: codes, second: { ...codes, pending: 6 } } as Steps;
      }
      return Refused;
    },
  },
};

@Entity()
export class Other {
  @PrimaryColumn({ type: "int" })
  id!: number;
}

function nameless(base: typeof Untyped): typeof Untyped {
  return class extends base {} as unknown as typeof Untyped;
}
