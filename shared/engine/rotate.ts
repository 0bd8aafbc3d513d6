import type { Provider, Strategy } from '../provider/contract.ts'
import type { EngineDeps, StepReport } from './ports.ts'

/** What the deployment decides; from the environment by `shared/config.ts`. */
export interface EngineSettings {
  /** The strategy for secrets without a `quarterturn:strategy` tag. Default: the provider's first. */
  readonly strategy?: Strategy
  /** Milliseconds of the invocation kept back to close connections and report. Default 2,000. */
  readonly reserveMs?: number
}

export interface RotationRequest {
  /** The invocation event, as received: hostile until parsed. */
  readonly event: unknown
  /** The ARN that this function was invoked by; may carry a version or alias. */
  readonly functionArn: string
  /** Milliseconds until Lambda ends the invocation. */
  readonly timeLeftMs: () => number
}

/** Finds the provider of a secret; rejects with `PROVIDER_UNKNOWN`. Called once per invocation. */
export type ProviderResolver = (secret: {
  readonly engine: string | undefined
  readonly type: string | undefined
  readonly tag: string | undefined
}) => Promise<Provider>

/**
 * Runs one step of a rotation. Rejects with a `QuarterturnError`, cleaned of every value that was read.
 * The answer is for callers that report; Secrets Manager ignores it.
 */
export type Rotate = (request: RotationRequest) => Promise<StepReport>

export function createRotate(_: {
  readonly resolveProvider: ProviderResolver
  readonly deps: EngineDeps
  readonly settings: EngineSettings
}): Rotate {
  throw new Error('being written')
}
