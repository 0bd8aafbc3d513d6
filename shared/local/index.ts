/**
 * Secrets Manager without AWS: a model of its rotation, in memory, that the real SDK can talk to. What it answers
 * follows AWS's documentation; what AWS does not publish is drawn from a seed.
 */

export type { LocalAccount, LocalRole, RoleOptions } from './account.ts'
export { CallLog, type LoggedCall } from './call-log.ts'
export { createClock, type LocalClock } from './clock.ts'
export { DataFileError } from './data-file.ts'
export { ConnectionLost, LocalAwsError } from './errors.ts'
export type { LabelUpdated, LocalEvent, ServiceEvent, ServiceEventName } from './events.ts'
export type { Fault } from './faults.ts'
export { FunctionFailed } from './function-failed.ts'
export type { FunctionOptions } from './functions.ts'
export type { LocalCredentials } from './iam/identity.ts'
export type { PolicyInput } from './iam/policy.ts'
export type { LambdaContext } from './lambda-context.ts'
export { createLocalAws, type LocalAws, type LocalAwsOptions } from './local-aws.ts'
export { ManualScheduler, type StandingSchedule } from './manual-scheduler.ts'
export {
  createLocalSecretsManager,
  type LocalSecretsManager,
  type LocalSecretsManagerOptions,
} from './model.ts'
export { type InputOf, OPERATION_NAMES, type OperationName, type OutputOf } from './operations/index.ts'
export type { SecretOverview, VersionOverview } from './overview.ts'
export { portTo } from './port.ts'
export { type AccountRegions, accountRegions } from './regions.ts'
export type { ScheduleOutcome } from './scheduler/schedule.ts'
export type { LocalScheduler } from './scheduler/scheduler.ts'
export { type LocalServer, type ServeOptions, serveLocal } from './serve.ts'
export type { RotationFunction, RotationFunctionEvent } from './service.ts'
export { type LocalSetup, parseSetup, SetupError } from './setup.ts'
export { type FunctionSource, type Local, type StartLocalOptions, startLocal } from './start.ts'
export type { StepEnded } from './steps.ts'
export { CALM, type Delivery, type Unpublished } from './unpublished.ts'
export type { VisibilityDelay } from './visibility.ts'
