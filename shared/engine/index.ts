/** The engine: one step of a rotation, decided and carried out. */
export { systemClock } from '../aws/clock.ts'
export type { SecretDescription, SecretsManagerPort, SecretVersion } from '../aws/secrets-manager.ts'
export { createEntropy, DEFAULT_POLICY, type PasswordPolicy } from '../password.ts'
export { CANDIDATE_LABEL, REUSED_LABEL, STEPS, type Step } from './known.ts'
export type { Clock, EngineDeps, Evidence, Observer, StepReport } from './ports.ts'
export {
  createRotate,
  type EngineSettings,
  type ProviderResolver,
  type Rotate,
  type RotateOptions,
  type RotationRequest,
} from './rotate.ts'
