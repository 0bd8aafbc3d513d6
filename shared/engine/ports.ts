import type { RdsPort } from '../aws/rds-port.ts'
import type { Ports, Reach } from '../aws/reach.ts'
import type { SchedulerPort } from '../aws/scheduler-port.ts'
import type { SecretsManagerPort } from '../aws/secrets-manager.ts'
import type { Entropy } from '../provider/entropy.ts'
import type { StrategyClass } from './strategies.ts'

/** Everything the engine takes from outside. Built once per container in `shared/aws/clients.ts`; made by hand in tests. */
export interface EngineDeps {
  /** The Secrets Manager of the function's own account and Region. */
  readonly secretsManager: SecretsManagerPort
  /** Left out: admin secrets that RDS keeps, and replicas, are not recognised. */
  readonly rds?: RdsPort
  /** What signs a provider's own calls of AWS. Left out: providers that make some are refused. */
  readonly credentials?: Ports['credentials']
  /** The way to secrets elsewhere. Left out: `secretsManager` and `rds` are where every secret is. */
  readonly reach?: Reach
  /** Left out: no old credential is retired before the next rotation. */
  readonly scheduler?: SchedulerPort
  readonly entropy: Entropy
  readonly clock: Clock
  readonly observe: Observer
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Where the engine tells what it does. No argument ever carries a secret value. Never rejects. */
export interface Observer {
  /** Each decision as it is taken: `rule` is the row of the table, `move` what follows. For traces and the demo. */
  decided(event: { readonly step: string; readonly rule: string; readonly move: string }): void
  /** A step ended, well or not. */
  stepEnded(event: StepReport): void | Promise<void>
  /** A rotation finished: its record, by (secret, version). Sent again when it is completed again. */
  evidence(record: Evidence): Promise<void>
  /** setSecret is about to take differences of rights away. Before it does, so that no repair is without its record. */
  repairing?(record: RepairRecord): Promise<void>
}

export interface StepReport {
  readonly secretArn: string
  readonly versionId: string
  readonly provider: string
  readonly step: string
  /**
   * `done`, `already` (a repeat found nothing to do), `preflight` (the test rotation), `postponed` (a retirement that
   * waits for a rotation to end), or `failed`.
   */
  readonly outcome: 'done' | 'already' | 'preflight' | 'postponed' | 'failed'
  readonly strategy?: string
  readonly class?: StrategyClass
  /** Of a preflight: what a rotation would do, in sentences. */
  readonly plan?: readonly string[]
  /** Differences of rights that setSecret found and took away. */
  readonly repaired?: readonly string[]
  /** The rotation comes sooner than consumers of the previous credential expect. */
  readonly overlapCut?: true
  /** Steps of this account failed slowly, so that it began nothing new and this one had less time. */
  readonly accountPaused?: true
  readonly durationMs: number
  /** Set when the step failed. */
  readonly errorCode?: string
  readonly retryable?: boolean
  /** Calls to Secrets Manager in this step. */
  readonly awsCalls: number
  readonly notes: readonly string[]
}

/**
 * The differences of rights that setSecret began to take away, by (secret, version): finishSecret, which may run in another
 * container, sees only that the two are equal then. Several where setSecret ran several times. No secret material.
 */
export interface RepairRecord {
  readonly schema: 'quarterturn.repair/1'
  readonly secretArn: string
  readonly versionId: string
  readonly provider: string
  readonly strategy: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly differences: readonly string[]
}

/** The record that a finished rotation leaves. Schema versioned; no secret material. */
export interface Evidence {
  readonly schema: 'quarterturn.evidence/1'
  readonly secretArn: string
  readonly versionId: string
  readonly previousVersionId?: string
  readonly provider: string
  readonly strategy: string
  readonly class: StrategyClass
  /** ISO 8601, UTC. */
  readonly storedAt?: string
  readonly finishedAt: string
  /** Upper bound for class B: from the pending version's stored time to the label move. */
  readonly gapMs?: number
  /**
   * What the sign-in directly before the label move showed; `as` is who the target says the session was. `atConsumers`: of
   * the one where consumers sign in, when that is another place.
   */
  readonly newCredential: {
    readonly verdict: string
    readonly as?: string
    readonly reason?: string
    readonly atConsumers?: string
  }
  /**
   * `equal`: as compared directly before the move. `repaired`: that too, and the last setSecret of this container took
   * these differences away; what other containers repaired is in their `RepairRecord`s of the same version.
   */
  readonly rights: 'equal' | 'one account' | 'not compared' | { readonly repaired: readonly string[] }
  /** `validUntil`: when its retirement is scheduled, or when it ends by itself at the earliest. `refused`: it was tried after its retirement. */
  readonly oldCredential: 'not tried' | 'refused' | { readonly validUntil: string }
  /** When the old credential was retired. */
  readonly retiredAt?: string
  readonly orphans: readonly string[]
  readonly notes: readonly string[]
}
