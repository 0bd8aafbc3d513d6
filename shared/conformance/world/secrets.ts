import type { SecretsManagerPort } from '../../aws/secrets-manager.ts'
import { CANDIDATE_LABEL } from '../../engine/known.ts'
import {
  createLocalSecretsManager,
  type LocalClock,
  type LocalSecretsManager,
  ManualScheduler,
  portTo,
} from '../../local/index.ts'
import { createRandom, type Random } from '../../local/model/random.ts'
import type { StoredSecret } from '../../provider/contract.ts'
import type { FreshAdmin } from '../options.ts'

/** Of a secret whose function is in another account. */
export const OTHER_ACCOUNT = '444455556666'

export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:conformance'

/** After this time an old credential is retired, in milliseconds; longer than any case takes by the kit's clock. */
export const RETIRE_AFTER_MS = 86_400_000

/** The versions that hold the labels which count. */
export interface Holders {
  readonly current: string | undefined
  readonly previous: string | undefined
  readonly pending: string | undefined
  readonly candidate: string | undefined
}

/** One secret in a local Secrets Manager of its own, with rotation switched on, and what an operator may do to it. */
export class KitSecret {
  readonly arn: string
  readonly model: LocalSecretsManager
  readonly port: SecretsManagerPort
  readonly #random: Random
  readonly #clock: LocalClock
  readonly #values = new Map<string, StoredSecret>()
  /** Version ids in the order in which they came about. */
  readonly #versions: string[] = []

  /** The schedules of its retirements. They run when the kit says so. */
  readonly scheduler: ManualScheduler
  readonly adminArn: string | undefined
  readonly #admin: FreshAdmin | undefined

  constructor(
    target: { readonly secret: StoredSecret; readonly admin?: FreshAdmin },
    name: string,
    seed: number,
    clock: LocalClock,
    accountId?: string,
  ) {
    this.#random = createRandom(seed)
    this.#clock = clock
    this.model = createLocalSecretsManager({ clock, seed, ...(accountId === undefined ? {} : { accountId }) })
    this.model.registerFunction(FUNCTION_ARN, 'manual')
    this.scheduler = new ManualScheduler(clock)
    this.#admin = target.admin
    this.adminArn = target.admin && this.#createAdmin(target.admin, name)
    const stored = this.#named(target.secret)
    const { ARN, VersionId = '' } = this.model.call('CreateSecret', {
      ClientRequestToken: this.#random.uuid(),
      Name: name,
      SecretString: JSON.stringify(stored),
    })
    this.arn = ARN
    this.#values.set(VersionId, stored)
    this.#versions.push(VersionId)
    this.model.call('RotateSecret', {
      ClientRequestToken: this.#random.uuid(),
      SecretId: ARN,
      RotationLambdaARN: FUNCTION_ARN,
      RotateImmediately: false,
    })
    this.model.endRotation(ARN, 'Succeeded')
    this.port = this.remembering(portTo(this.model))
  }

  #createAdmin({ value }: FreshAdmin, name: string): string {
    return this.model.call('CreateSecret', {
      ClientRequestToken: this.#random.uuid(),
      Name: `${name}-admin`,
      SecretString: JSON.stringify(value),
      Tags: [{ Key: 'quarterturn:admin-for', Value: name }],
    }).ARN
  }

  /** With the ARN of its admin secret, where it has one. */
  #named(value: StoredSecret): StoredSecret {
    return this.adminArn === undefined ? value : (this.#admin?.named(value, this.adminArn) ?? value)
  }

  /** The admin secret gets another version, as at the end of a rotation of its own. */
  putAdmin(value: StoredSecret, stage: 'AWSCURRENT' | 'AWSPENDING' = 'AWSCURRENT'): void {
    this.model.call('PutSecretValue', {
      ClientRequestToken: this.#random.uuid(),
      SecretId: this.adminArn ?? '',
      SecretString: JSON.stringify(value),
      VersionStages: [stage],
    })
  }

  /** An operator stores what was made by hand, and takes labels off that are about what was there before. */
  storeByHand(made: StoredSecret, labels: readonly string[]): void {
    const value = this.#named(made)
    const ClientRequestToken = this.#random.uuid()
    this.now()
    this.model.call('PutSecretValue', {
      ClientRequestToken,
      SecretId: this.arn,
      SecretString: JSON.stringify(value),
    })
    this.#versions.push(ClientRequestToken)
    this.#values.set(ClientRequestToken, value)
    for (const VersionStage of labels) {
      const [holder] = Object.entries(this.labels()).find(([, stages]) => stages.includes(VersionStage)) ?? []
      if (holder === undefined) continue
      this.model.call('UpdateSecretVersionStage', {
        SecretId: this.arn,
        VersionStage,
        RemoveFromVersionId: holder,
      })
    }
  }

  /** Lets time pass, for the target too. */
  pass(ms: number): void {
    this.#clock.advance(ms)
  }

  /** Lets the time pass that a retirement waits. */
  passRetirement(): void {
    this.pass(RETIRE_AFTER_MS)
  }

  /** Values stay known to the kit when no label is left on their version. */
  remembering(port: SecretsManagerPort): SecretsManagerPort {
    return {
      ...port,
      putSecretValue: async (input) => {
        this.now()
        const output = await port.putSecretValue(input)
        this.#values.set(input.ClientRequestToken, JSON.parse(input.SecretString))
        return output
      },
    }
  }

  /** Takes note of values that were stored through another door than {@link port}. */
  learn(): void {
    for (const VersionId of this.#versions)
      if (!this.#values.has(VersionId)) {
        const stored = this.#read(VersionId)
        if (stored !== undefined) this.#values.set(VersionId, stored)
      }
  }

  #read(VersionId: string): StoredSecret | undefined {
    try {
      const { SecretString } = this.model.call('GetSecretValue', { SecretId: this.arn, VersionId })
      return SecretString === undefined ? undefined : JSON.parse(SecretString)
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
      throw error
    }
  }

  /** Milliseconds; every look moves the clock on, so that no two versions are of the same age. */
  now(): number {
    this.#clock.advance(1_000)
    return this.#clock.now()
  }

  /** The token of a new rotation. Throws where Secrets Manager refuses one. */
  rotate(): string {
    this.now()
    const ClientRequestToken = this.#random.uuid()
    this.model.call('RotateSecret', { ClientRequestToken, SecretId: this.arn })
    this.#versions.push(ClientRequestToken)
    return ClientRequestToken
  }

  /** The rotation is given up and AWSPENDING taken off, by the service or by the documented unstick. */
  abandon(): void {
    const { pending, current } = this.holders()
    this.model.endRotation(this.arn, 'Failed')
    if (pending === undefined || pending === current || !this.holds(pending, 'AWSPENDING')) return
    this.model.call('UpdateSecretVersionStage', {
      SecretId: this.arn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: pending,
    })
  }

  holds(version: string, label: string): boolean {
    return this.labels()[version]?.includes(label) === true
  }

  labels(): Readonly<Record<string, readonly string[]>> {
    return this.model.call('DescribeSecret', { SecretId: this.arn }).VersionIdsToStages ?? {}
  }

  holders(): Holders {
    const versions = Object.entries(this.labels())
    const holder = (label: string) => versions.find(([, stages]) => stages.includes(label))?.[0]
    return {
      current: holder('AWSCURRENT'),
      previous: holder('AWSPREVIOUS'),
      pending: holder('AWSPENDING'),
      candidate: holder(CANDIDATE_LABEL),
    }
  }

  /** The value that the kit began with. */
  get first(): StoredSecret {
    const [first] = this.#values.values()
    if (first === undefined) throw new Error('nothing was stored')
    return first
  }

  value(version: string): StoredSecret | undefined {
    return this.#values.get(version)
  }

  /** Every value that was ever stored, oldest first. */
  get values(): ReadonlyMap<string, StoredSecret> {
    return this.#values
  }

  /** `T0` is the version that the kit began with. */
  name(version: string): string {
    const at = this.#versions.indexOf(version)
    return at < 0 ? 'another' : `T${at}`
  }
}
