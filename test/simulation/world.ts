import * as z from 'zod'
import { type Fate, Invocation } from '../../shared/conformance/world/invocation.ts'
import type { Decide } from '../../shared/engine/decide.ts'
import { STEPS, type Step, type Task } from '../../shared/engine/known.ts'
import { createRotate, type Rotate } from '../../shared/engine/rotate.ts'
import { newKeyPair } from '../../shared/key-pair.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { portOf, schedulerOf } from './ports.ts'
import { lockout } from './promises.ts'
import { SimulatedSecrets } from './secrets.ts'
import { type SimulationRules, simulatedProvider, Target, type TargetKind } from './target.ts'

export interface WorldOptions {
  readonly kind: TargetKind
  /** How many rotations may be started; the check at the end starts more. */
  readonly tokens: number
  /** How many invocations may be alive at once. */
  readonly invocations: number
  /** An operator may write a new AWSCURRENT by hand, with the same credential. */
  readonly edits?: number
  /** The operator changes the password as well, at the target and in the secret. */
  readonly editsChangePassword?: boolean
  /** Decides what AWS does not publish. Default 1. */
  readonly seed?: number
  /** The value of the first rotation is refused by the target for good. */
  readonly refusesFirst?: boolean
  readonly decide?: Decide
  /** The candidate label is given with the put instead of under the lock. */
  readonly labelsInPut?: boolean
  /** This label is moved from wherever it is, instead of by compare-and-swap. */
  readonly movesBlindly?: string
  readonly rules?: Partial<SimulationRules>
  /** The old credential is retired by a schedule that may run at any moment. */
  readonly retires?: boolean
}

const RetireEvent = z.object({
  ClientRequestToken: z.string(),
  Retirement: z.object({ VersionId: z.string(), Attempt: z.number() }),
})
export type RetireEvent = z.infer<typeof RetireEvent>

/** Actions that change nothing, so nothing has to be checked after them. */
const READS = /(DescribeSecret|GetSecretValue [A-Z_]*|GetSchedule|probe .*)$/
const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'

/** Secrets Manager, one target, and every invocation alive; plays one happening at a time and checks the promises. */
export class World {
  readonly target: Target
  readonly secrets: SimulatedSecrets
  readonly tokens: string[] = []
  /** What happened, for the message of a failure. */
  readonly trace: string[] = []
  /** The first promise broken, or undefined. */
  broken: string | undefined
  readonly options: WorldOptions
  readonly #rotate: Rotate
  invocations: Invocation[] = []
  /** What Secrets Manager would deliver next for each token. */
  readonly #expected = new Map<string, number>()
  #running: Invocation | undefined
  editsLeft: number
  #current: string | undefined
  readonly #wereCurrent = new Set<string>()

  constructor(options: WorldOptions) {
    this.options = options
    this.editsLeft = options.edits ?? 0
    this.target = new Target(options.kind, 'p0')
    this.secrets = new SimulatedSecrets(
      { username: 'A', password: 'p0', engine: 'simulated' },
      FUNCTION_ARN,
      options.seed ?? 1,
    )
    this.#comeback()
    if (options.refusesFirst === true) this.target.refusedForGood = new Set(['p1'])
    const rules = { locks: true, changesInLockedSession: true, ...options.rules }
    const provider = simulatedProvider(this.target, () => this.#gate(), rules)
    this.#rotate = this.#rotator(provider as Provider)
  }

  #rotator(provider: Provider): Rotate {
    let passwords = 0
    const entropy = {
      bytes: (length: number) => new Uint8Array(length),
      password: () => {
        passwords += 1
        return `p${passwords}`
      },
      keyPair: newKeyPair,
    }
    return createRotate({
      resolveProvider: () => Promise.resolve(provider),
      settings: {
        pendingReadDelaysMs: [],
        reserveMs: 0,
        ...(this.options.retires === true
          ? { retirement: { after: { afterMs: 1_000 }, roleArn: 'arn:aws:iam::111122223333:role/scheduler' } }
          : {}),
      },
      ...(this.options.decide === undefined ? {} : { decide: this.options.decide }),
      deps: {
        secretsManager: portOf(this.secrets, () => this.#gate(), this.options),
        scheduler: schedulerOf(this.secrets, () => this.#gate()),
        entropy,
        clock: { now: () => this.secrets.now(), sleep: () => Promise.resolve() },
        observe: { decided: () => undefined, stepEnded: () => undefined, evidence: () => Promise.resolve() },
      },
    })
  }

  /** The gate of the invocation that is running now: code of an invocation runs only between two of its gates. */
  #gate() {
    if (this.#running === undefined) throw new Error('no invocation is running')
    return this.#running.gate
  }

  get hasEdits(): boolean {
    return this.options.edits !== undefined
  }

  /** Plays one thing, by its name for the trace, and checks promise 1 after it. */
  async play(label: string, happening: () => Promise<unknown>): Promise<void> {
    this.trace.push(label)
    await happening()
    this.#check(label)
  }

  /** The step that Secrets Manager would deliver next, but for testSecret, which changes nothing; from the start again after a failure. */
  nextChange(token: string): Step {
    const next = STEPS[(this.#expected.get(token) ?? 0) % STEPS.length] ?? 'createSecret'
    return next === 'testSecret' ? 'finishSecret' : next
  }

  /** A retirement that is standing, by the token of its rotation. */
  retirements(): RetireEvent[] {
    return this.secrets.scheduler.standing().map(({ event }) => RetireEvent.parse(event))
  }

  /** The schedule invokes the function, whenever that may be. */
  startRetirement(event: RetireEvent): Promise<Invocation> {
    return this.start('retireSecret', event.ClientRequestToken, { Retirement: event.Retirement })
  }

  async start(step: Task, token: string, more: object = {}): Promise<Invocation> {
    const invocation = new Invocation(step, token, (label) =>
      this.#check(`${step}(${this.name(token)}) ${label}`),
    )
    this.invocations = [...this.invocations.filter((one) => one.isAlive), invocation]
    const event = {
      Step: step,
      SecretId: this.secrets.arn,
      ClientRequestToken: token,
      ...more,
    }
    await this.#as(invocation, async () => {
      this.#rotate({ event, functionArn: FUNCTION_ARN, timeLeftMs: () => Number.POSITIVE_INFINITY }).then(
        () => {
          const done = (STEPS as readonly Task[]).indexOf(step)
          if (done >= 0) this.#expected.set(token, done + 1)
          invocation.finished(undefined)
        },
        (error: unknown) => {
          if (step !== 'retireSecret') this.#expected.set(token, 0)
          invocation.finished(error)
        },
      )
      await invocation.settle()
    })
    return invocation
  }

  async #as(invocation: Invocation, work: () => Promise<void>): Promise<void> {
    this.#running = invocation
    try {
      await work()
    } finally {
      this.#running = undefined
    }
  }

  async advance(invocation: Invocation, fate: Fate): Promise<void> {
    const action = invocation.nextAction
    await this.#as(invocation, () => invocation.go(fate))
    this.trace.push(
      `  ${invocation.step}(${this.name(invocation.token)}): ${action}${fate === 'happens' ? '' : ` (${fate})`}${invocation.state === 'ended' ? ` -> ${invocation.error ?? 'ok'}` : ''}`,
    )
  }

  /** False while it waits for the lock. */
  canGoOn(invocation: Invocation): boolean {
    return invocation.nextAction !== 'lock' || this.target.lock === undefined
  }

  async runOn(invocation: Invocation, count: number): Promise<void> {
    for (let done = 0; done < count && invocation.state === 'parked'; done += 1) {
      if (invocation.nextAction === 'lock' && this.target.lock !== undefined) return
      await this.advance(invocation, 'happens')
    }
  }

  /** Killed: no cleanup runs, and the server notices that the connection is gone. */
  kill(invocation: Invocation): Promise<void> {
    invocation.die()
    if (this.target.lock?.owner === invocation.gate) this.loseLock()
    return Promise.resolve()
  }

  loseLock(): void {
    this.target.lock = undefined
  }

  newToken(): string | undefined {
    const token = this.secrets.rotate()
    if (token !== undefined) this.tokens.push(token)
    return token
  }

  strip(): void {
    this.secrets.strip()
  }

  edit(): void {
    this.editsLeft -= 1
    if (this.options.editsChangePassword !== true) {
      this.secrets.editCurrent()
      return
    }
    const password = `by-hand-${this.editsLeft}`
    this.target.account('A').primary = password
    this.secrets.editCurrent(password)
  }

  name(token: string): string {
    return `T${this.tokens.indexOf(token) + 1}`
  }

  /** Promise 1, after every single action. */
  #check(label: string): void {
    if (this.broken !== undefined || READS.test(label)) return
    const problem = lockout(this.target, this.secrets) ?? this.#comeback()
    if (problem !== undefined) this.broken = `${problem}, after ${label}`
  }

  /** A finished rotation makes a credential current that never was: else it rotated nothing, or an old one in again. */
  #comeback(): string | undefined {
    const { current } = this.secrets.holders()
    if (current === undefined || current === this.#current) return undefined
    this.#current = current
    const value = this.secrets.value(current)
    const credential = `${value?.username}:${value?.password}`
    const isOld = this.#wereCurrent.has(credential)
    this.#wereCurrent.add(credential)
    return isOld && !this.secrets.isWrittenByHand(current)
      ? `always converges: ${credential} is current again`
      : undefined
  }

  /** Everything alive dies, and from here on nothing fails: what promises 2 and 3 start from. */
  async calm(): Promise<void> {
    for (const one of this.invocations) if (one.isAlive) await this.kill(one)
  }

  /**
   * Carries AWSPENDING's token to the end, or rotates anew where the engine has released it; a few times at most. Nobody
   * helps: an operator who had to would be a promise broken.
   */
  async finishOneRotation(): Promise<void> {
    const before = this.secrets.holders().current
    const isOver = (): boolean => this.broken !== undefined || this.secrets.holders().current !== before
    for (let attempt = 0; attempt < 4 && !isOver(); attempt += 1) {
      const { pending, current } = this.secrets.holders()
      const token = pending !== undefined && pending !== current ? pending : this.newToken()
      if (token === undefined) throw new Error('RotateSecret was refused')
      for (let repeat = 0; repeat < 2 && !isOver(); repeat += 1) await this.#runSteps(token)
    }
  }

  async #runSteps(token: string): Promise<void> {
    for (const step of STEPS) {
      const invocation = await this.start(step, token)
      await this.runOn(invocation, Number.POSITIVE_INFINITY)
      this.trace.push(`  ${step}(${this.name(token)}) -> ${invocation.error ?? invocation.state}`)
      if (invocation.error !== undefined) return
    }
  }
}
