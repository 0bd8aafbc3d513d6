import type * as z from 'zod'
import type { FunctionTable } from '../functions/registry.ts'
import { type InputOf, OPERATIONS, type OperationName, type OutputOf } from '../operations/index.ts'
import { type AccountRegions, accountRegions } from '../replicas/regions.ts'
import { RotationDriver } from '../rotation/rotation-driver.ts'
import { nextWindow } from '../rotation/schedule.ts'
import { DEFAULT_WINDOW_DAYS, markForDeletion, unmark } from '../secrets/deletion.ts'
import type { LocalEvent } from '../secrets/events.ts'
import { Quotas } from '../secrets/quotas.ts'
import type { StoredSecret } from '../secrets/secret.ts'
import { type RotationFunction, Service, type ServiceCaller } from '../secrets/service.ts'
import type { VisibilityDelay } from '../secrets/visibility.ts'
import { restoreSnapshot, type Snapshot, takeSnapshot } from '../state-file/snapshot.ts'
import { CallLog } from './call-log.ts'
import { createClock, type LocalClock } from './clock.ts'
import { type Fault, Faults } from './faults.ts'
import { overviewOf, type SecretOverview } from './overview.ts'
import { createRandom } from './random.ts'
import { drawFrom, type Unpublished } from './unpublished.ts'

export interface LocalSecretsManagerOptions {
  /** `111122223333` by default. */
  readonly accountId?: string
  /** `eu-west-1` by default. */
  readonly region?: string
  /** Decides everything that AWS leaves open, ids and ARN endings included. 1 by default. */
  readonly seed?: number
  /** By default the machine's clock, which a test can stop and set. */
  readonly clock?: LocalClock
  /** What AWS does not publish and this model shall not draw from the seed. See {@link CALM} for a quiet choice. */
  readonly unpublished?: Unpublished
  /** Whether AWS's request rates are enforced; see {@link LocalSecretsManager.enforceRates}. `false` by default. */
  readonly enforcesRates?: boolean
  /** The other Regions of the account, for replicas. By default models like this one, made when they are needed. */
  readonly regions?: AccountRegions
  /** The functions that may be called; by default those of {@link LocalSecretsManager.registerFunction}. */
  readonly functions?: FunctionTable
}

/** Secrets Manager for one account and Region, in memory. Cheap to create; nothing to close. */
export class LocalSecretsManager {
  readonly clock: LocalClock
  readonly log = new CallLog()
  readonly #service: Service
  readonly #faults = new Faults()
  readonly #driver: RotationDriver
  readonly #options: LocalSecretsManagerOptions
  readonly #madeWith: number
  #regions: AccountRegions | undefined
  #quotas: Quotas | undefined

  constructor(options: LocalSecretsManagerOptions = {}) {
    const random = createRandom(options.seed ?? 1)
    this.#madeWith = random.state
    this.#options = options
    this.#regions = options.regions
    this.enforceRates(options.enforcesRates ?? false)
    this.clock = options.clock ?? createClock()
    this.#driver = new RotationDriver(() => this.#service)
    this.#service = new Service({
      accountId: options.accountId ?? '111122223333',
      region: options.region ?? 'eu-west-1',
      clock: this.clock,
      random,
      draw: drawFrom(random, options.unpublished ?? {}),
      observer: this.#driver,
      serviceIn: (region) => {
        const model = this.regions.modelOf(region)
        return model === undefined ? undefined : model.#service
      },
      ...(options.functions === undefined ? {} : { functions: options.functions }),
    })
  }

  get functions(): FunctionTable {
    return this.#service.functions
  }

  get accountId(): string {
    return this.#service.accountId
  }

  get region(): string {
    return this.#service.region
  }

  /** All Regions of the account, this one among them. */
  get regions(): AccountRegions {
    const { clock } = this
    this.#regions ??= accountRegions(this, (region) => {
      const model: LocalSecretsManager = new LocalSecretsManager({
        ...this.#options,
        clock,
        region,
        seed: seedFor(this.#options.seed ?? 1, region),
        regions: this.regions,
      })
      return model
    })
    return this.#regions
  }

  /**
   * Carries out one operation, at once. Throws a {@link LocalAwsError} with AWS's name, message and status, in which
   * case nothing has changed; or what an injected fault says.
   */
  call<O extends OperationName>(operation: O, input: InputOf<O>): OutputOf<O> {
    return this.handle(operation, input) as OutputOf<O>
  }

  /** As {@link call}, for input of unknown shape, and for a caller who may not be allowed everything. */
  handle(operation: OperationName, input: unknown, caller?: ServiceCaller): unknown {
    let result = 'ok'
    this.#service.catchUp()
    try {
      this.#quotas?.take(operation, this.clock.now())
      this.#faults.strike(operation, 'before')
      caller?.authorize(this.#service, operation, input)
      const output = OPERATIONS[operation].run(this.#service, input, caller)
      this.#faults.strike(operation, 'after')
      return output
    } catch (error) {
      result = error instanceof Error ? error.name : 'Error'
      throw error
    } finally {
      this.log.add(operation, input, result, this.clock.now())
    }
  }

  /**
   * Makes a function known by its ARN; RotateSecret refuses any other. With `manual` nothing is ever called: RotateSecret
   * only allocates the version, and whoever drives the steps ends the rotation by the label move, or with
   * {@link endRotation}.
   */
  registerFunction(arn: string, rotationFunction: RotationFunction | 'manual'): void {
    this.#service.functions.set(arn, rotationFunction)
  }

  /** Ends a rotation of a `manual` function. Nothing happens when none is under way. */
  endRotation(secretId: string, how: 'Succeeded' | 'Failed', errorMessage?: string): void {
    const { rotation } = this.#service.find(secretId)
    if (rotation !== undefined) this.#service.endRotation(rotation, how, errorMessage)
  }

  /** Resolves when no step is under way on this secret, or on any. Never rejects for a failed rotation. */
  settled(secretId?: string): Promise<void> {
    return this.#driver.settled(secretId === undefined ? undefined : this.#service.find(secretId).arn)
  }

  /** Starts each rotation whose window is open by the model's clock; answers the ARNs of the secrets. */
  runDue(): string[] {
    this.#service.catchUp()
    const now = this.clock.now()
    const isDue = ({ rotationEnabled, rotationRules, scheduledFromMs, ...secret }: StoredSecret): boolean =>
      rotationEnabled === true &&
      secret.deletion === undefined &&
      secret.primaryRegion === undefined &&
      (rotationRules?.AutomaticallyAfterDays ?? rotationRules?.ScheduleExpression) !== undefined &&
      now >= nextWindow(rotationRules ?? {}, scheduledFromMs ?? now).opensAtMs
    const due = [...this.#service.secrets.values()].filter(isDue)
    return due.filter((secret) => this.#startScheduled(secret)).map(({ arn }) => arn)
  }

  #startScheduled({ arn }: StoredSecret): boolean {
    try {
      const ClientRequestToken = this.#service.random.uuid()
      OPERATIONS.RotateSecret.run(this.#service, { SecretId: arn, ClientRequestToken })
      return true
    } catch {
      // As on AWS, a rotation that cannot start leaves its date in the past.
      return false
    }
  }

  /** Does what is due by the clock, deletions and copies to other Regions, as each operation does first. */
  doDue(): void {
    this.#service.catchUp()
  }

  /** Every secret, without what it holds. */
  overview(): SecretOverview[] {
    this.doDue()
    return [...this.#service.secrets.values()].map(overviewOf)
  }

  /** Everything that is stored in the versions of a secret, as text: what a message must not repeat. */
  valuesOf(secretId: string): string[] {
    return [...this.#service.find(secretId).versions.values()].flatMap(
      ({ value }) => value?.SecretString ?? [],
    )
  }

  /** Whether it is as it was made: an account has one for each Region that anybody asked about. */
  get isUntouched(): boolean {
    const { secrets, random } = this.#service
    return secrets.size === 0 && random.state === this.#madeWith
  }

  /** The state as plain data, secret values included, for {@link restore}. */
  snapshot(): z.input<typeof Snapshot> {
    return takeSnapshot(this.#service)
  }

  /**
   * Goes on from a {@link snapshot}. The clock is moved on where it would be behind what is stored. Rotations that were
   * under way wait for {@link resume}.
   */
  restore(snapshot: z.output<typeof Snapshot>): void {
    restoreSnapshot(this.#service, snapshot)
    const latest = Math.max(0, ...[...this.#service.secrets.values()].map(({ changedAtMs }) => changedAtMs))
    this.clock.advance(Math.max(0, latest - this.clock.now()))
  }

  /** Begins the steps of this function's broken-off rotations anew, as AWS does after a step that failed. */
  resume(functionArn: string): void {
    for (const { rotation } of this.#service.secrets.values())
      if (rotation?.functionArn === functionArn && !this.#driver.isRunning(rotation))
        this.#driver.started(rotation)
  }

  /** Every event so far, oldest first. */
  get events(): readonly LocalEvent[] {
    return this.#service.events
  }

  /** Calls `listener` with each later event. Answers the function that stops it. */
  onEvent(listener: (event: LocalEvent) => void): () => void {
    this.#service.listeners.add(listener)
    return () => this.#service.listeners.delete(listener)
  }

  /** Lets one or more later calls fail, before or after they are carried out. */
  inject(fault: Fault): void {
    this.#faults.add(fault)
  }

  clearFaults(): void {
    this.#faults.clear()
  }

  /** From now on reads lag behind each write; `undefined` ends that for later writes. */
  delayVisibility(delay: VisibilityDelay | undefined): void {
    this.#service.visibility.set(delay)
  }

  /** Makes everything visible that was written so far. */
  catchUp(): void {
    this.#service.visibility.catchUp()
  }

  /** Marks a secret as DeleteSecret would, or takes the mark off. */
  markDeleted(secretId: string, isDeleted = true): void {
    const secret = this.#service.find(secretId)
    if (isDeleted) markForDeletion(this.#service, secret, DEFAULT_WINDOW_DAYS)
    else unmark(this.#service, secret)
  }

  /**
   * Enforces AWS's request rates by the model's clock: a call over them throws `ThrottlingException`. Off by default.
   * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
   */
  enforceRates(isEnforced = true): void {
    this.#quotas = isEnforced ? new Quotas() : undefined
  }

  /** Lets another AWS service own the secret (`OwningService`, with the `aws:` tags it gives), or gives it a `Type`. */
  setOwner(
    secretId: string,
    owner: {
      readonly OwningService?: string
      readonly Type?: string
      readonly tags?: Readonly<Record<string, string>>
    },
  ): void {
    const secret = this.#service.find(secretId)
    secret.owningService = owner.OwningService
    secret.type = owner.Type
    for (const [key, value] of Object.entries(owner.tags ?? {})) secret.tags.set(key, value)
  }
}

/** Ids of two Regions do not agree by chance of the seed. */
const seedFor = (seed: number, region: string): number =>
  [...region].reduce((sum, character) => Math.imul(sum, 31) + character.charCodeAt(0), seed) >>> 0

export const createLocalSecretsManager = (options?: LocalSecretsManagerOptions): LocalSecretsManager =>
  new LocalSecretsManager(options)
