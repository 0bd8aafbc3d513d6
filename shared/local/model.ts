import { CallLog } from './call-log.ts'
import { createClock, type LocalClock } from './clock.ts'
import type { LocalEvent } from './events.ts'
import { type Fault, Faults } from './faults.ts'
import { type InputOf, OPERATIONS, type OperationName, type OutputOf } from './operations/index.ts'
import { createRandom } from './random.ts'
import { RotationDriver } from './rotation-driver.ts'
import { nextWindow } from './schedule.ts'
import type { StoredSecret } from './secret.ts'
import { type RotationFunction, Service } from './service.ts'
import { drawFrom, type Unpublished } from './unpublished.ts'
import type { VisibilityDelay } from './visibility.ts'

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
}

/** Secrets Manager for one account and Region, in memory. Cheap to create; nothing to close. */
export class LocalSecretsManager {
  readonly clock: LocalClock
  readonly log = new CallLog()
  readonly #service: Service
  readonly #faults = new Faults()
  readonly #driver: RotationDriver

  constructor(options: LocalSecretsManagerOptions = {}) {
    const random = createRandom(options.seed ?? 1)
    this.clock = options.clock ?? createClock()
    this.#driver = new RotationDriver(() => this.#service)
    this.#service = new Service({
      accountId: options.accountId ?? '111122223333',
      region: options.region ?? 'eu-west-1',
      clock: this.clock,
      random,
      draw: drawFrom(random, options.unpublished ?? {}),
      observer: this.#driver,
    })
  }

  get accountId(): string {
    return this.#service.accountId
  }

  get region(): string {
    return this.#service.region
  }

  /**
   * Carries out one operation, at once. Throws a {@link LocalAwsError} with AWS's name, message and status, in which
   * case nothing has changed; or what an injected fault says.
   */
  call<O extends OperationName>(operation: O, input: InputOf<O>): OutputOf<O> {
    return this.handle(operation, input) as OutputOf<O>
  }

  /** As {@link call}, for input of unknown shape. */
  handle(operation: OperationName, input: unknown): unknown {
    let result = 'ok'
    try {
      this.#faults.strike(operation, 'before')
      const output = OPERATIONS[operation].run(this.#service, input)
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
    const now = this.clock.now()
    const isDue = ({ rotationEnabled, rotationRules, scheduledFromMs, deletedAtMs }: StoredSecret): boolean =>
      rotationEnabled === true &&
      deletedAtMs === undefined &&
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
    this.#service.find(secretId).deletedAtMs = isDeleted ? this.clock.now() : undefined
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

export const createLocalSecretsManager = (options?: LocalSecretsManagerOptions): LocalSecretsManager =>
  new LocalSecretsManager(options)
