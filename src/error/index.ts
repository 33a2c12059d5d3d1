export { InvalidDataError } from "./invalid-data-error.js";
export { InvalidOptionError } from "./invalid-option-error.js";
export { InvalidUpdateError } from "./invalid-update-error.js";
export { JobError, type JobErrorContext } from "./job-error.js";
export { JobAlreadySettledError, JobLockLostError, JobOutcomeUnknownError } from "./outcome-errors.js";
export {
  JobAlreadySucceededError,
  JobIgnoredError,
  JobLockedError,
  JobNotFoundError,
  JobNotReadyToStartError,
  JobRefusedError,
} from "./refusals.js";
export { JobConfigurationError, JobConnectionTimeoutError } from "./set-up-errors.js";
export {
  JobAbandonedError,
  JobCancelledError,
  JobLockExpiredError,
  JobShutdownError,
  JobTimeoutError,
} from "./signal-reasons.js";
export { IgnoreJobError, ReleaseJobError, RetryJobError } from "./steering-errors.js";
export {
  JobAttemptOpenError,
  JobExistsError,
  JobInTransactionError,
  JobNotStartedError,
  JobUnsavedChangeError,
} from "./usage-errors.js";
