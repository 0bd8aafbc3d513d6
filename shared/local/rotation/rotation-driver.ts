import type { Rotation, StoredSecret } from '../secrets/secret.ts'
import type {
  RotationFunction,
  RotationFunctionEvent,
  RotationObserver,
  Service,
} from '../secrets/service.ts'

type Step = RotationFunctionEvent['Step']

const STEPS: readonly Step[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']

/**
 * Calls the rotation function, step by step. A step that throws fails the sequence, and the whole sequence is tried
 * again; how often, after how long, and which steps come twice is drawn by the service's `draw`. Stops without a word
 * when the rotation was cancelled, abandoned, or replaced by a later one.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html
 */
export class RotationDriver implements RotationObserver {
  readonly #serviceOf: () => Service
  /** By secret ARN. */
  readonly #running = new Map<string, Set<Promise<void>>>()

  constructor(serviceOf: () => Service) {
    this.#serviceOf = serviceOf
  }

  started(rotation: Rotation): void {
    if (!rotation.isManual) this.#track(rotation.secretArn, () => this.#run(rotation))
  }

  refused(secret: StoredSecret, versionId: string): void {
    const service = this.#serviceOf()
    const functionArn = secret.rotationLambdaArn ?? ''
    const isRunning = secret.rotation !== undefined
    const isOurs = secret.versions.get(versionId)?.isFromRotation === true
    if (isRunning || !isOurs || service.functions.get(functionArn) === 'manual' || !service.draw.reattempts())
      return
    const rotation: Rotation = {
      kind: 'rotation',
      secretArn: secret.arn,
      functionArn,
      versionId,
      startedAtMs: service.clock.now(),
      isManual: false,
      dropsPending: service.draw.pendingIsDropped(),
      hidesEnabled: false,
    }
    secret.rotation = rotation
    service.emitAbout(rotation, 'RotationStarted')
    this.started(rotation)
  }

  /** Whether steps of some rotation of its secret are under way. */
  isRunning({ secretArn }: Rotation): boolean {
    return this.#running.has(secretArn)
  }

  async settled(secretArn?: string): Promise<void> {
    const running = () =>
      secretArn === undefined
        ? [...this.#running.values()].flatMap((set) => [...set])
        : [...(this.#running.get(secretArn) ?? [])]
    while (running().length > 0) await Promise.all(running())
  }

  #track(secretArn: string, work: () => Promise<void>): void {
    const set = this.#running.get(secretArn) ?? new Set()
    this.#running.set(secretArn, set)
    // In a later turn: the operation that starts the rotation has answered by then.
    const done = Promise.resolve()
      .then(work)
      .finally(() => {
        set.delete(done)
        if (set.size === 0 && this.#running.get(secretArn) === set) this.#running.delete(secretArn)
      })
    set.add(done)
  }

  async #run(rotation: Rotation): Promise<void> {
    const service = this.#serviceOf()
    const { draw, clock } = service
    const callsAfterMove = draw.callsAfterMove()
    let failed: string | undefined
    for (let left = draw.retries(); ; left -= 1) {
      failed = await new Sequence(service, rotation).run()
      if (service.secretOf(rotation) === undefined) return
      if (failed === undefined || left <= 0) break
      clock.advance(draw.retrySpacingMs())
    }
    if (callsAfterMove && failed === undefined && rotation.kind === 'rotation')
      await new Sequence(service, rotation).again('finishSecret')
    service.endRotation(rotation, failed === undefined ? 'Succeeded' : 'Failed', failed)
  }
}

/** One run through the steps. */
class Sequence {
  readonly #service: Service
  readonly #rotation: Rotation
  readonly #oneToken: string | undefined
  /** Second deliveries that nobody waits for while they run. */
  readonly #late: Promise<unknown>[] = []

  constructor(service: Service, rotation: Rotation) {
    this.#service = service
    this.#rotation = rotation
    const token = service.random.uuid()
    this.#oneToken = service.draw.tokenIsPerCall() ? undefined : token
    rotation.tokens = []
  }

  /** Answers why it failed, or `undefined`. */
  async run(): Promise<string | undefined> {
    const { kind, functionArn, versionId } = this.#rotation
    try {
      for (const step of kind === 'test' ? (['testSecret'] as const) : STEPS) {
        if (this.#service.secretOf(this.#rotation) === undefined) return 'The rotation was stopped.'
        if (!(await this.#deliver(step)))
          return `Error when executing lambda ${functionArn} during ${step} step`
        const pending = this.#service.secretOf(this.#rotation)?.versions.get(versionId)
        if (pending?.isFromStranger === true) return notCreatedBy(this.#rotation)
      }
    } finally {
      await Promise.all(this.#late)
    }
    const secret = this.#service.secretOf(this.#rotation)
    if (kind === 'test' || secret === undefined || secret.labels.get('AWSCURRENT') === versionId)
      return undefined
    return `The lambda ${functionArn} ended without moving AWSCURRENT to version ${versionId}`
  }

  /** One more call whose outcome counts for nothing. */
  async again(step: Step): Promise<void> {
    await this.#call(step)
  }

  async #deliver(step: Step): Promise<boolean> {
    switch (this.#service.draw.delivery()) {
      case 'once':
        return await this.#call(step)
      case 'twice in turn':
        await this.#call(step)
        return await this.#call(step)
      case 'twice at once': {
        const [first] = await Promise.all([this.#call(step), this.#call(step)])
        return first
      }
      case 'overlapping': {
        const first = this.#call(step)
        this.#late.push(this.#call(step))
        return await first
      }
    }
  }

  /** Whether the step passed. */
  async #call(step: Step): Promise<boolean> {
    const { functionArn, secretArn, versionId } = this.#rotation
    const rotationFunction: RotationFunction | 'manual' | undefined = this.#service.functions.get(functionArn)
    if (rotationFunction === undefined || rotationFunction === 'manual') return false
    try {
      await rotationFunction({
        Step: step,
        SecretId: secretArn,
        ClientRequestToken: versionId,
        RotationToken: this.#newToken(),
      })
      return true
    } catch {
      return false
    }
  }

  #newToken(): string {
    const token = this.#oneToken ?? this.#service.random.uuid()
    this.#rotation.tokens = [...(this.#rotation.tokens ?? []), token]
    return token
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html */
const notCreatedBy = ({ versionId, secretArn, functionArn }: Rotation): string =>
  `Pending secret version ${versionId} for Secret ${secretArn} was not created by Lambda ${functionArn}. Remove the AWSPENDING staging label and restart rotation`
