import { getMetadataStorage, type ValidationError, validate, validateSync } from "class-validator";
import { InvalidUpdateError } from "../error/index.js";

/** The class-validator rules of a class; does nothing for a class that has none. */
export class Validation {
  readonly #target: new (
    ...args: never[]
  ) => object;
  readonly #name: string;
  readonly #used: boolean;

  constructor(target: new (...args: never[]) => object, name: string) {
    this.#target = target;
    this.#name = name;
    this.#used = getMetadataStorage().getTargetValidationMetadatas(target, "", false, false).length > 0;
  }

  /**
   * Checks the named properties of `values`, seen as the entity, and answers the values. Synchronous rules only: it runs at `set`.
   *
   * @throws InvalidUpdateError naming the property and the rule
   */
  properties<Values extends object>(values: Values, names: readonly string[]): Values {
    if (!this.#used) return values;
    const errors = validateSync(this.#asEntity(values), { forbidUnknownValues: false });
    this.#refuse(errors.filter((error) => names.includes(error.property)));
    return values;
  }

  /**
   * Checks the whole entity, asynchronous rules included.
   *
   * @param values asked for only where the class has rules
   * @throws InvalidUpdateError naming the first property and its rule
   */
  async entity(values: () => object): Promise<void> {
    if (!this.#used) return;
    this.#refuse(await validate(this.#asEntity(values()), { forbidUnknownValues: false }));
  }

  /** Not constructed: a constructor may want arguments, and rules look at properties only. */
  #asEntity(values: object): object {
    return Object.assign(Object.create(this.#target.prototype as object), values) as object;
  }

  #refuse(errors: readonly ValidationError[]): void {
    const [error] = errors;
    if (error) throw new InvalidUpdateError(error.property, rules(error).join("; "), { jobClass: this.#name });
  }
}

function rules(error: ValidationError): string[] {
  return [...Object.values(error.constraints ?? {}), ...(error.children ?? []).flatMap(rules)];
}
