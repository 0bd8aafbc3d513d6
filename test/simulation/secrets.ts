import type { SecretsManagerPort } from '../../shared/aws/secrets-manager.ts'
import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'
import {
  createClock,
  createLocalSecretsManager,
  LocalScheduler,
  type LocalSecretsManager,
} from '../../shared/local/index.ts'
import { SimulatedSecret } from './target.ts'

/** What an operation of the port takes. */
type Input<K extends keyof SecretsManagerPort> = Parameters<SecretsManagerPort[K]>[0]

export interface Holders {
  readonly current: string | undefined
  readonly previous: string | undefined
  readonly pending: string | undefined
  readonly candidate: string | undefined
}

/** One secret in the local Secrets Manager, with what the simulation does to it beside the engine. */
export class SimulatedSecrets {
  readonly arn: string
  readonly scheduler: LocalScheduler
  readonly #model: LocalSecretsManager
  readonly #clock = createClock(0)
  readonly #values = new Map<string, SimulatedSecret>()
  readonly #byHand = new Set<string>()
  #versions = 0

  /** `seed` decides what AWS does not publish, such as whether AWSPENDING goes with the label move. */
  constructor(
    value: { readonly username: string; readonly password: string; readonly engine: string },
    functionArn: string,
    seed: number,
  ) {
    this.#model = createLocalSecretsManager({ clock: this.#clock, seed })
    this.#model.registerFunction(functionArn, 'manual')
    const admin = this.#model.call('CreateSecret', {
      ClientRequestToken: this.#newToken(),
      Name: 'admin',
      SecretString: JSON.stringify({ username: 'admin', password: 'admin-password' }),
      Tags: [{ Key: 'quarterturn:admin-for', Value: 'simulated' }],
    })
    this.scheduler = new LocalScheduler(this.#clock)
    const created = this.#model.call('CreateSecret', {
      ClientRequestToken: this.#newToken(),
      Name: 'simulated',
      SecretString: JSON.stringify({ ...value, masterarn: admin.ARN }),
    })
    this.arn = created.ARN
    this.#values.set(created.VersionId ?? '', SimulatedSecret.parse(value))
    this.#model.call('RotateSecret', {
      ClientRequestToken: this.#newToken(),
      SecretId: this.arn,
      RotationLambdaARN: functionArn,
      RotateImmediately: false,
    })
    this.#model.endRotation(this.arn, 'Succeeded')
  }

  /** Milliseconds; every look moves the clock on, so that no two versions are of the same age. */
  now(): number {
    this.#clock.advance(1_000)
    return this.#clock.now()
  }

  #newToken(): string {
    this.#versions += 1
    return `version-${String(this.#versions).padStart(24, '0')}`
  }

  describeSecret(input: Input<'describeSecret'>) {
    return this.#model.call('DescribeSecret', input)
  }

  getSecretValue(input: Input<'getSecretValue'>) {
    return this.#model.call('GetSecretValue', input)
  }

  putSecretValue(input: Input<'putSecretValue'>) {
    this.now()
    const output = this.#model.call('PutSecretValue', { ...input, VersionStages: [...input.VersionStages] })
    this.#values.set(input.ClientRequestToken, SimulatedSecret.parse(JSON.parse(input.SecretString)))
    return output
  }

  updateSecretVersionStage(input: Input<'updateSecretVersionStage'>) {
    return this.#model.call('UpdateSecretVersionStage', input)
  }

  /** The token of a new rotation, or undefined where Secrets Manager refuses one. */
  rotate(): string | undefined {
    this.now()
    const { pending, current } = this.holders()
    if (pending !== undefined && pending !== current) return undefined
    return this.#model.call('RotateSecret', {
      ClientRequestToken: this.#newToken(),
      SecretId: this.arn,
    }).VersionId
  }

  /** The documented unstick, or abandonment by the service. */
  strip(): void {
    const { pending } = this.holders()
    if (pending === undefined) return
    this.#model.endRotation(this.arn, 'Failed')
    this.#model.call('UpdateSecretVersionStage', {
      SecretId: this.arn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: pending,
    })
  }

  /** An operator writes a new current version by hand, with the same value or another password. */
  editCurrent(password?: string): void {
    this.now()
    const old = this.#model.call('GetSecretValue', { SecretId: this.arn }).SecretString ?? '{}'
    const value = SimulatedSecret.parse(JSON.parse(old))
    const SecretString = JSON.stringify({ ...value, password: password ?? value.password })
    const { VersionId } = this.#model.call('PutSecretValue', {
      ClientRequestToken: this.#newToken(),
      SecretId: this.arn,
      SecretString,
    })
    this.#values.set(VersionId ?? '', SimulatedSecret.parse(JSON.parse(SecretString)))
    this.#byHand.add(VersionId ?? '')
  }

  isWrittenByHand(versionId: string): boolean {
    return this.#byHand.has(versionId)
  }

  holders(): Holders {
    const versions = Object.entries(
      this.#model.call('DescribeSecret', { SecretId: this.arn }).VersionIdsToStages ?? {},
    )
    const holder = (label: string): string | undefined =>
      versions.find(([, stages]) => stages.includes(label))?.[0]
    return {
      current: holder('AWSCURRENT'),
      previous: holder('AWSPREVIOUS'),
      pending: holder('AWSPENDING'),
      candidate: holder(CANDIDATE_LABEL),
    }
  }

  value(versionId: string): SimulatedSecret | undefined {
    return this.#values.get(versionId)
  }
}
