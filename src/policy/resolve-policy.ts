import { type ValidationError, validateSync } from "class-validator";
import { InvalidOptionError } from "../error/invalid-option-error.js";
import type { JobFailure } from "../failure/job-failure.js";
import { parseDuration } from "../util/duration.js";
import { checkKnown } from "../util/options.js";
import type { JobPolicy, ResolvedPolicy } from "./job-policy.js";
import { BackoffRules, PolicyRules } from "./policy-rules.js";

/**
 * Checks a policy and fills in the defaults. A value of undefined counts as not given.
 *
 * @param where what to call it in an error, such as `IngestJob.policy`
 * @throws InvalidOptionError naming the first option that is wrong, such as `IngestJob.policy.backoff.factor`
 */
export function resolvePolicy(policy: JobPolicy | undefined, where: string): ResolvedPolicy {
  const { backoff, ...others } = { ...checked(policy, Object.keys(new PolicyRules()), where) };
  const rules = Object.assign(new PolicyRules(), given(others));
  Object.assign(rules.backoff, given(checked(backoff, Object.keys(new BackoffRules()), `${where}.backoff`)));
  refuseFirst(validateSync(rules, { forbidUnknownValues: false }), where);
  return Object.freeze(toResolved(rules, where));
}

function checked<T extends object>(options: T | undefined, known: string[], where: string): T | undefined {
  if (options !== undefined) checkKnown(options, known, where);
  return options;
}

/** Without the undefined ones, which would overwrite a default. */
function given(options: object | undefined): object {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
}

function refuseFirst([first]: ValidationError[], where: string): void {
  if (!first) return;
  const option = `${where}.${first.property}`;
  if (first.children?.length) refuseFirst(first.children, option);
  throw new InvalidOptionError(option, Object.values(first.constraints ?? {})[0] ?? "another value", first.value);
}

function toResolved(rules: PolicyRules, where: string): ResolvedPolicy {
  const read = (option: string, value: unknown, limits = {}) => parseDuration(`${where}.${option}`, value, limits);
  const expire = read("expire", rules.expire);
  const initial = read("backoff.initial", rules.backoff.initial);
  return {
    expire,
    heartbeat: rules.heartbeat === undefined ? Math.round(expire / 3) : read("heartbeat", rules.heartbeat, { max: expire - 1 }),
    maxAttempts: rules.maxAttempts as number,
    backoff: Object.freeze({
      initial,
      factor: rules.backoff.factor as number,
      max: read("backoff.max", rules.backoff.max, { min: initial }),
      jitter: rules.backoff.jitter as number,
    }),
    timeout: rules.timeout === null ? null : read("timeout", rules.timeout),
    timeoutGrace: read("timeoutGrace", rules.timeoutGrace),
    maxErrors: rules.maxErrors as number,
    captureLimit: rules.captureLimit as number,
    redact: rules.redact as ((record: JobFailure) => JobFailure) | undefined,
  };
}
