import { createHash } from 'node:crypto'
import { fromAwsError } from '../aws/errors.ts'
import type { RdsPort } from '../aws/rds-port.ts'
import type { Ports } from '../aws/reach.ts'
import type { SchedulerPort } from '../aws/scheduler-port.ts'
import type { SecretDescription, SecretsManagerPort, SecretVersion } from '../aws/secrets-manager.ts'
import type { ErrorCode, QuarterturnError } from '../errors/index.ts'
import type { HostGuard } from '../network/host-guard.ts'
import type { Provider, Session, StoredSecret, Strategy, Verdict, Who } from '../provider/contract.ts'
import type { Entropy } from '../provider/entropy.ts'
import type { Cleaner } from '../redact.ts'
import type { Sealed } from '../sealed.ts'
import type { AdminConsent } from './admin.ts'
import { awsAccessOf } from './aws-access.ts'
import type { Deadline } from './deadline.ts'
import { accountOf, type RotationEvent } from './event.ts'
import { guardOf, requireHosts } from './hosts.ts'
import type { Traits } from './known.ts'
import { type Labels, labelsOf } from './labels.ts'
import { type MintWork, newMintWork } from './mint-work.ts'
import { type Policy, policyOf } from './policy.ts'
import type { Clock, RepairRecord } from './ports.ts'
import { type Registration, registrationOf } from './registration.ts'
import type { EngineSettings, ProviderResolver } from './rotate.ts'
import { GuardedSession } from './session.ts'
import { chooseStrategy, traitsOf } from './strategies.ts'
import { storedOf, understand, type Version } from './version.ts'

/** What an invocation starts with. */
export interface StepInput {
  readonly event: RotationEvent
  readonly functionArn: string
  readonly registration: Registration | undefined
  readonly secretsManager: SecretsManagerPort
  /** Without it admin secrets that RDS keeps, and replicas, are not recognised. */
  readonly rds?: RdsPort | undefined
  /** Without it a provider that calls AWS is refused. */
  readonly credentials?: Ports['credentials'] | undefined
  /** Without it nothing is retired before the next rotation. */
  readonly scheduler?: SchedulerPort | undefined
  readonly entropy: Entropy
  readonly clock: Clock
  readonly resolveProvider: ProviderResolver
  readonly settings: EngineSettings
  readonly deadline: Deadline
  readonly cleaner: Cleaner
  /** Is told of differences of rights before they are taken away. Never rejects. */
  readonly repairing?: ((record: RepairRecord) => Promise<void>) | undefined
}

/** What stands behind the facts of one invocation: versions, labels, the provider and its session. */
export class StepContext {
  readonly input: StepInput
  readonly arn: string
  readonly token: string
  registration: Registration | undefined
  /** The consent of the admin secret, remembered or just read. */
  consent: AdminConsent | undefined
  /** When a rotation last succeeded, in milliseconds since the epoch. */
  lastRotatedAt: number | undefined
  /** When anything of the secret was last changed, labels included, in milliseconds since the epoch. */
  lastChangedAt: number | undefined
  /** When the next rotation begins at the latest, in milliseconds since the epoch. */
  nextRotationAt: number | undefined
  rotationRules: SecretDescription['RotationRules']
  labels: Labels | undefined
  readonly versions: {
    own?: Version
    current?: Version
    previous?: Version
    candidate?: Version
    gone?: Version
    admin?: Version
  } = {}
  provider: Provider | undefined
  strategy: Strategy | undefined
  traits: Traits | undefined
  /** The last verdict about each credential, for messages and the record. */
  readonly verdicts: { [W in Who]?: Verdict } = {}
  lastVerdict: Verdict | undefined
  /** Of the sign-in where consumers sign in, when that is another place. */
  consumerVerdict: Verdict | undefined
  /** Sentences for the report and the record: orphans, what a check remarked. */
  readonly notes: string[] = []
  readonly orphans: string[] = []
  readonly mints: MintWork = newMintWork()
  /** Differences of rights as they were seen last, and those that were repaired, in words. */
  differences: readonly string[] = []
  repaired: readonly string[] = []
  /** Names the error of a check that found a rotation impossible. */
  checkCode: ErrorCode | undefined
  /** When the old credential is to be retired, in milliseconds since the epoch. */
  retiresAt: number | undefined
  overlapCut = false
  /** Why it is cut, in words. */
  overlapNote: string | undefined
  /** What a refusal, a missing privilege or a difference of rights said; for the message of the error that follows. */
  reason: string | undefined
  remedy: string | undefined
  cause: unknown
  awsCalls = 0
  #session: GuardedSession | undefined
  #guard: HostGuard | undefined
  #policy: Policy | undefined
  readonly #values: { [W in Who]?: Sealed<unknown> } = {}
  readonly #storedAt: { [W in Who]?: number } = {}

  constructor(input: StepInput) {
    this.input = input
    this.arn = input.event.SecretId
    this.token = input.event.ClientRequestToken
    this.registration = input.registration
    this.consent = input.registration?.consent
    this.repaired = input.registration?.repaired ?? []
  }

  /** One call to Secrets Manager, counted and held to the deadline. Rejects with AWS's own error. */
  async raw<T>(call: (secretsManager: SecretsManagerPort) => Promise<T>): Promise<T> {
    this.awsCalls += 1
    return await this.input.deadline.limit(() => call(this.input.secretsManager))
  }

  /** The same, with the error mapped to ours. */
  async aws<T>(action: string, call: (secretsManager: SecretsManagerPort) => Promise<T>): Promise<T> {
    try {
      return await this.raw(call)
    } catch (error) {
      throw this.awsError(error, action)
    }
  }

  awsError(error: unknown, action: string): QuarterturnError {
    return fromAwsError(error, { action, secretId: this.arn, ...this.#actingAs() })
  }

  /** Whose permissions decide, in words. */
  #actingAs(): { role?: string } {
    const account = accountOf(this.arn)
    return account === accountOf(this.input.functionArn)
      ? {}
      : { role: `the role of QUARTERTURN_TARGET_ROLE in the account ${account}` }
  }

  async describe(): Promise<Labels> {
    const description = await this.aws('DescribeSecret', (sm) => sm.describeSecret({ SecretId: this.arn }))
    this.registration = registrationOf(description, this.input.functionArn, this.input.event.Step)
    this.lastRotatedAt = description.LastRotatedDate?.getTime()
    this.lastChangedAt = description.LastChangedDate?.getTime()
    this.nextRotationAt = description.NextRotationDate?.getTime()
    this.rotationRules = description.RotationRules
    this.labels = labelsOf(description, this.token)
    return this.labels
  }

  /** Takes a version that was read; the first one read also finds the provider. */
  async understand(raw: SecretVersion, label: string): Promise<Version> {
    const stored = storedOf(raw, label, this.input.cleaner)
    const provider = await this.#providerFor(stored)
    return this.parse(provider, stored, raw, label)
  }

  /** Parses a stored object as a version of its own or of the admin secret. */
  parse(provider: Provider, stored: StoredSecret, raw: SecretVersion, label: string): Version {
    const about = {
      versionId: raw.VersionId ?? '',
      stages: raw.VersionStages ?? [],
      createdAt: raw.CreatedDate?.getTime(),
    }
    return understand(provider, stored, label, about, this.input.cleaner)
  }

  async #providerFor(stored: StoredSecret): Promise<Provider> {
    if (this.provider !== undefined) return this.provider
    const { engine } = stored
    const found = await this.input.resolveProvider({
      engine: typeof engine === 'string' ? engine : undefined,
      type: this.registration?.type,
      tag: this.registration?.tags.provider,
    })
    const provider = forSecret(found, stored)
    const { settings, scheduler } = this.input
    const tag = this.registration?.tags.strategy
    this.strategy = chooseStrategy(provider, { tag, deployment: settings.strategy })
    this.traits = traitsOf(provider, this.strategy, {
      isChosen: (tag ?? settings.strategy) !== undefined,
      refusesCut: this.policy.overlapCut === 'refuse',
      retires: this.policy.retire !== 'next-rotation' && scheduler !== undefined,
      allowsGap: settings.allowClassC === true,
    })
    this.provider = provider
    return provider
  }

  /** What the deployment and the tags say of overlap and retirement. Throws `TAG_INVALID`. */
  get policy(): Policy {
    this.#policy ??= policyOf(this.input.settings.retirement ?? {}, this.registration?.tags ?? {})
    return this.#policy
  }

  keep(who: keyof StepContext['versions'], version: Version): Version {
    this.versions[who] = version
    const name = who === 'own' ? 'pending' : who
    this.#values[name] = version.secret
    if (version.createdAt !== undefined) this.#storedAt[name] = version.createdAt
    return version
  }

  /** What a warm container may remember of this invocation. */
  remembered(): Registration | undefined {
    return (
      this.registration && {
        ...this.registration,
        ...(this.consent && { consent: this.consent }),
        repaired: this.repaired,
      }
    )
  }

  /** The session at the target; opened when it is first used. Rejects with `HOST_NOT_ALLOWED` before anything is sent. */
  async target<T>(operation: (session: Session) => Promise<T>): Promise<T> {
    const guard = this.#hosts
    // A resolver that does not answer must not outlast the step.
    if (guard !== undefined) await this.input.deadline.limit(() => requireHosts(guard, this))
    if (this.provider === undefined || this.strategy === undefined) throw new Error('no value was read yet')
    const aws = awsAccessOf(this)
    this.#session ??= new GuardedSession(
      this.provider,
      {
        values: this.#values,
        storedAt: this.#storedAt,
        strategy: this.strategy,
        mark: markOf(this.arn),
        ...(guard && { connect: guard.connect }),
        ...(aws && { aws }),
      },
      this.input.deadline,
    )
    return await this.#session.run(operation)
  }

  get #hosts(): HostGuard | undefined {
    this.#guard ??= guardOf(this)
    return this.#guard
  }

  async close(): Promise<void> {
    await this.#session?.close()
  }

  need<K extends 'own' | 'current' | 'candidate' | 'gone'>(who: K): Version {
    const version = this.versions[who]
    if (version === undefined) throw new Error(`${who} was not read`)
    return version
  }
}

/** The provider as it is for this secret. */
function forSecret(provider: Provider, stored: StoredSecret): Provider {
  const value = provider.capabilitiesOf?.(stored)
  return value === undefined ? provider : Object.create(provider, { capabilities: { value } })
}

/** Recognises what belongs to a secret without telling which secret it is. */
const markOf = (arn: string): string => createHash('sha256').update(arn, 'utf8').digest('hex').slice(0, 32)
