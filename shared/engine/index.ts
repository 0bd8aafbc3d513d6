/** The engine: one step of a rotation, decided and carried out. */
export { systemClock } from '../aws/clock.ts'
export type { RdsPort } from '../aws/rds-port.ts'
export type { Schedule, SchedulerPort } from '../aws/scheduler-port.ts'
export type { SecretDescription, SecretsManagerPort, SecretVersion } from '../aws/secrets-manager.ts'
export { createEntropy, DEFAULT_POLICY, type PasswordPolicy } from '../password.ts'
export { CANDIDATE_LABEL, REUSED_LABEL, STEPS, type Step, TASKS, type Task } from './known.ts'
export type { RetirementSettings, RetirePolicy } from './policy.ts'
export type { Clock, EngineDeps, Evidence, Observer, RepairRecord, StepReport } from './ports.ts'
export {
  createRotate,
  type EngineSettings,
  type ProviderResolver,
  type Rotate,
  type RotateOptions,
  type RotationRequest,
} from './rotate.ts'
