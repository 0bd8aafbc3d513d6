/**
 * Secrets Manager without AWS: a model of its rotation, in memory, that the real SDK can talk to. What it answers
 * follows AWS's documentation; what AWS does not publish is drawn from a seed.
 */

export { CallLog, type LoggedCall } from './call-log.ts'
export { createClock, type LocalClock } from './clock.ts'
export { ConnectionLost, LocalAwsError } from './errors.ts'
export type { LabelUpdated, LocalEvent, ServiceEvent, ServiceEventName } from './events.ts'
export type { Fault } from './faults.ts'
export {
  createLocalSecretsManager,
  type LocalSecretsManager,
  type LocalSecretsManagerOptions,
} from './model.ts'
export type { InputOf, OperationName, OutputOf } from './operations/index.ts'
export { portTo } from './port.ts'
export { LocalScheduler, type StandingSchedule } from './scheduler.ts'
export { type LocalServer, type ServeOptions, serveLocal } from './serve.ts'
export type { RotationFunction, RotationFunctionEvent } from './service.ts'
export { CALM, type Delivery, type Unpublished } from './unpublished.ts'
export type { VisibilityDelay } from './visibility.ts'
