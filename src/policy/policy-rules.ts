import { IsInt, Max, Min, ValidateBy, ValidateIf, ValidateNested } from "class-validator";
import { MAX_TIMER } from "../util/duration.js";
import { IsDuration } from "./is-duration.js";

/** What an integer column holds. */
const MAX_INTEGER = 2_147_483_647;

/** What each value of a policy must be, and its default. The messages are the "expected" part of an `InvalidOptionError`. */
export class BackoffRules {
  @IsDuration()
  initial: unknown = "1s";

  @IsBetween(1, 1_000, "a number from 1 to 1,000")
  factor: unknown = 2;

  @IsDuration()
  max: unknown = "1h";

  @IsBetween(0, 1, "a number from 0 to 1")
  jitter: unknown = 0.2;
}

export class PolicyRules {
  @IsDuration({ min: 100, max: MAX_TIMER })
  expire: unknown = "60s";

  /** Undefined means a third of `expire`. */
  @ValidateIf((rules: PolicyRules) => rules.heartbeat !== undefined)
  @IsDuration({ min: 10, max: MAX_TIMER })
  heartbeat: unknown = undefined;

  @IsIntBetween(1, MAX_INTEGER, "a whole number of at least 1")
  maxAttempts: unknown = 3;

  @ValidateNested()
  backoff = new BackoffRules();

  @ValidateIf((rules: PolicyRules) => rules.timeout !== null)
  @IsDuration({ min: 1, max: MAX_TIMER })
  timeout: unknown = null;

  @IsDuration({ max: MAX_TIMER })
  timeoutGrace: unknown = "5s";

  @IsIntBetween(1, 1_000, "a whole number from 1 to 1,000")
  maxErrors: unknown = 10;

  @IsIntBetween(1_024, 1_048_576, "a whole number of bytes from 1,024 to 1,048,576")
  captureLimit: unknown = 16_384;

  @ValidateIf((rules: PolicyRules) => rules.redact !== undefined)
  @IsFunction()
  redact: unknown = undefined;
}

function IsBetween(min: number, max: number, message: string): PropertyDecorator {
  return (target, property) => {
    Min(min, { message })(target, property);
    Max(max, { message })(target, property);
  };
}

function IsIntBetween(min: number, max: number, message: string): PropertyDecorator {
  return (target, property) => {
    IsInt({ message })(target, property);
    IsBetween(min, max, message)(target, property);
  };
}

function IsFunction(): PropertyDecorator {
  const validator = { validate: (value: unknown) => typeof value === "function", defaultMessage: () => "a function" };
  return ValidateBy({ name: "isFunction", validator });
}
