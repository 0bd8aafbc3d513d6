/**
 * Secrets Manager without AWS: a model of its rotation, in memory, that the real SDK can talk to. What it answers
 * follows AWS's documentation; what AWS does not publish is drawn from a seed.
 */

export type { LocalAccount, LocalRole, RoleOptions } from './accounts/account.ts'
export { createLocalAws, type LocalAws, type LocalAwsOptions } from './accounts/local-aws.ts'
export { type LocalSetup, parseSetup, SetupError } from './accounts/setup.ts'
export { ConnectionLost, LocalAwsError } from './errors.ts'
export { FunctionFailed } from './functions/function-failed.ts'
export type { LambdaContext } from './functions/lambda-context.ts'
export type { FunctionOptions } from './functions/registry.ts'
export type { StepEnded } from './functions/steps.ts'
export { type LocalServer, type ServeOptions, serveLocal } from './http/serve.ts'
export type { LocalCredentials } from './iam/identity.ts'
export type { PolicyInput } from './iam/policy.ts'
export { CallLog, type LoggedCall } from './model/call-log.ts'
export { createClock, type LocalClock } from './model/clock.ts'
export type { Fault } from './model/faults.ts'
export {
  createLocalSecretsManager,
  type LocalSecretsManager,
  type LocalSecretsManagerOptions,
} from './model/model.ts'
export type { SecretOverview, VersionOverview } from './model/overview.ts'
export { portTo } from './model/port.ts'
export { CALM, type Delivery, type Unpublished } from './model/unpublished.ts'
export { type InputOf, OPERATION_NAMES, type OperationName, type OutputOf } from './operations/index.ts'
export { type AccountRegions, accountRegions } from './replicas/regions.ts'
export { ManualScheduler, type StandingSchedule } from './scheduler/manual-scheduler.ts'
export type { ScheduleOutcome } from './scheduler/schedule.ts'
export type { LocalScheduler } from './scheduler/scheduler.ts'
export type { LabelUpdated, LocalEvent, ServiceEvent, ServiceEventName } from './secrets/events.ts'
export type { RotationFunction, RotationFunctionEvent } from './secrets/service.ts'
export type { VisibilityDelay } from './secrets/visibility.ts'
export { type FunctionSource, type Local, type StartLocalOptions, startLocal } from './start.ts'
export { DataFileError } from './state-file/data-file.ts'
