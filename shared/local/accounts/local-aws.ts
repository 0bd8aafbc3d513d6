import { type FunctionOptions, FunctionRegistry, type FunctionTable } from '../functions/registry.ts'
import { evaluate } from '../iam/evaluate.ts'
import { type Identity, identityOf, type StoredKey } from '../iam/identity.ts'
import { AccessKeys } from '../iam/keys.ts'
import { trustsService } from '../iam/trust.ts'
import { createClock, type LocalClock } from '../model/clock.ts'
import { LocalSecretsManager } from '../model/model.ts'
import { createRandom } from '../model/random.ts'
import { drawFrom, type Unpublished } from '../model/unpublished.ts'
import type { WriteSchedule } from '../scheduler/inputs.ts'
import { groupOf } from '../scheduler/schedule.ts'
import { LocalScheduler } from '../scheduler/scheduler.ts'
import type { LocalEvent } from '../secrets/events.ts'
import type { RotationFunction } from '../secrets/service.ts'
import type { VisibilityDelay } from '../secrets/visibility.ts'
import { LocalAccount } from './account.ts'

export interface LocalAwsOptions {
  /** The account of the default credentials; `111122223333` by default. Others are made with {@link LocalAws.account}. */
  readonly accountId?: string
  /** Where nothing else is said; `eu-west-1` by default. */
  readonly region?: string
  /** Decides everything that AWS leaves open, in every account and Region. 1 by default. */
  readonly seed?: number
  /** One clock for all. By default the machine's, which a test can stop and set. */
  readonly clock?: LocalClock
  /** What AWS does not publish and the models shall not draw from the seed. */
  readonly unpublished?: Unpublished
  /** Whether AWS's request rates are enforced. False by default. */
  readonly enforcesRates?: boolean
  /** Lets reads lag behind each write. Off by default. */
  readonly visibility?: VisibilityDelay | undefined
  /**
   * Takes any credentials, and none, for those of the default account, and looks at no signature. False by default:
   * an unknown access key or a wrong signature gets AWS's error.
   */
  readonly anyCredentials?: boolean
}

/**
 * Several accounts, each with Secrets Manager and EventBridge Scheduler in every Region, IAM roles, and STS between
 * them. Who signs a request decides whose account it is for. In memory; nothing to close.
 */
export class LocalAws {
  readonly region: string
  readonly clock: LocalClock
  readonly keys: AccessKeys
  readonly anyCredentials: boolean
  readonly defaultAccount: LocalAccount
  readonly #options: LocalAwsOptions
  readonly #model: LocalSecretsManager | undefined
  readonly #functions = new FunctionRegistry()
  readonly #accounts = new Map<string, LocalAccount>()
  readonly #listeners = new Set<(event: LocalEvent) => void>()

  /** With `model`, the default account's Secrets Manager is that one and its siblings. */
  constructor(options: LocalAwsOptions = {}, model?: LocalSecretsManager) {
    this.#options = options
    this.#model = model
    this.region = model?.region ?? options.region ?? 'eu-west-1'
    this.clock = model?.clock ?? options.clock ?? createClock()
    this.anyCredentials = options.anyCredentials ?? false
    this.keys = new AccessKeys(this.clock, createRandom((options.seed ?? 1) ^ KEY_SALT))
    this.defaultAccount = this.account(model?.accountId ?? options.accountId ?? '111122223333')
  }

  /** The account of that number, made on first use. Throws a `TypeError` unless it has 12 digits. */
  account(id: string): LocalAccount {
    const found = this.#accounts.get(id)
    if (found !== undefined) return found
    const account = new LocalAccount(this, id)
    this.#accounts.set(id, account)
    this.keys.add(this.keys.adminOf(id))
    return account
  }

  findAccount(id: string): LocalAccount | undefined {
    return this.#accounts.get(id)
  }

  /** Calls `listener` with each later event of every Secrets Manager. Answers the function that stops it. */
  onEvent(listener: (event: LocalEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get accounts(): readonly LocalAccount[] {
    return [...this.#accounts.values()]
  }

  /**
   * Makes a function known by its ARN. Secrets Manager and Scheduler of its own account may call it, and those of the
   * accounts in `invokableFrom`.
   */
  registerFunction(arn: string, run: RotationFunction | 'manual', options: FunctionOptions = {}): void {
    if (this.#model === undefined) this.#functions.register(arn, run, options)
    else this.#model.registerFunction(arn, run)
  }

  functionsOf(accountId: string): FunctionTable {
    return this.#model?.functions ?? this.#functions.reachOf(accountId)
  }

  /** Resolves when no rotation step and no scheduled invocation is under way anywhere. */
  async settled(): Promise<void> {
    const working = this.accounts.flatMap(({ models, schedulers }) => [...models, ...schedulers])
    await Promise.all(working.map((part) => part.settled()))
  }

  /** Starts what is due by the clock: rotations, and schedules. Answers the ARNs of the secrets and schedules. */
  runDue(): string[] {
    return this.accounts
      .flatMap(({ models, schedulers }) => [...models, ...schedulers])
      .flatMap((part) => part.runDue())
  }

  identityOf(key: StoredKey): Identity {
    const role = key.kind === 'session' ? this.account(key.accountId).findRole(key.roleName) : undefined
    return identityOf(key, role)
  }

  createModel(accountId: string, region: string): LocalSecretsManager {
    const { unpublished, enforcesRates = false } = this.#options
    if (accountId === this.#model?.accountId) return this.#model.regions.modelOf(region) ?? this.#model
    const model = new LocalSecretsManager({
      accountId,
      region,
      seed: this.#seedOf(accountId, region),
      clock: this.clock,
      enforcesRates,
      functions: this.functionsOf(accountId),
      regions: {
        modelOf: (other) => (isRegion(other) ? this.account(accountId).secretsManager(other) : undefined),
      },
      ...(unpublished === undefined ? {} : { unpublished }),
    })
    model.delayVisibility(this.#options.visibility)
    model.onEvent((event) => {
      for (const listener of this.#listeners) listener(event)
    })
    return model
  }

  createScheduler(accountId: string, region: string): LocalScheduler {
    const random = createRandom(this.#seedOf(accountId, region) ^ KEY_SALT)
    const scheduler: LocalScheduler = new LocalScheduler({
      accountId,
      region,
      clock: this.clock,
      random,
      draw: drawFrom(random, this.#options.unpublished ?? {}),
      functions: this.functionsOf(accountId),
      mayInvoke: ({ input }) =>
        this.anyCredentials ||
        (this.schedulerMayAssume(input, scheduler) &&
          this.#roleMayInvoke(input.Target.RoleArn, input.Target.Arn)),
    })
    return scheduler
  }

  /** A role that is absent, of another account, or does not trust Scheduler: all alike. */
  schedulerMayAssume(input: WriteSchedule, { accountId, region }: LocalScheduler): boolean {
    const role = this.findAccount(accountId)?.roles.find(({ arn }) => arn === input.Target.RoleArn)
    return (
      role !== undefined &&
      trustsService(role.trust, 'scheduler.amazonaws.com', {
        'aws:SourceAccount': accountId,
        'aws:SourceArn': `arn:aws:scheduler:${region}:${accountId}:schedule-group/${groupOf(input)}`,
      })
    )
  }

  #roleMayInvoke(roleArn: string, functionArn: string): boolean {
    const role = this.accounts.flatMap(({ roles }) => roles).find(({ arn }) => arn === roleArn)
    const request = { action: 'lambda:InvokeFunction', resource: functionArn, context: {} }
    return evaluate(role?.policies ?? [], request) === 'allowed'
  }

  /** The default place has the seed itself, so that one account alone behaves as it always did. */
  #seedOf(accountId: string, region: string): number {
    const seed = this.#options.seed ?? 1
    if (accountId === this.defaultAccount.id && region === this.region) return seed
    let hash = 0x811c9dc5
    for (const char of `${accountId}/${region}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
    return (seed ^ hash) >>> 0
  }
}

const KEY_SALT = 0x5bd1e995

/** Whether it reads like a Region. AWS's list changes by the month, so it is not kept here. */
export const isRegion = (name: string): boolean => /^[a-z]{2}(-[a-z]{2,12}){1,2}-\d$/.test(name)

export const createLocalAws = (options?: LocalAwsOptions): LocalAws => new LocalAws(options)

/** One account and Region, and any credentials: what a model served by itself is. */
export const awsAround = (model: LocalSecretsManager): LocalAws =>
  new LocalAws({ anyCredentials: true, accountId: model.accountId }, model)
