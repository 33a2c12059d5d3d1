import { ValidateBy } from "class-validator";
import { InvalidOptionError } from "../error/invalid-option-error.js";
import { parseDuration } from "../util/duration.js";

/** A class-validator decorator: the property is a duration within these limits (milliseconds). Its message says what is expected. */
export function IsDuration(limits: { min?: number; max?: number } = {}): PropertyDecorator {
  return ValidateBy({
    name: "isDuration",
    validator: {
      validate: (value) => expectation(value, limits) === undefined,
      defaultMessage: (context) => expectation(context?.value, limits) ?? "a duration",
    },
  });
}

/** What would have been right, or undefined when the value is. */
function expectation(value: unknown, limits: { min?: number; max?: number }): string | undefined {
  try {
    parseDuration("", value, limits);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidOptionError) return error.expected;
    throw error;
  }
}
