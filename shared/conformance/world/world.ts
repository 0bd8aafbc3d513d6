import { STEPS, type Step, type Task } from '../../engine/known.ts'
import { classOf, STRATEGIES, type StrategyClass } from '../../engine/strategies.ts'
import { createClock, type LocalClock } from '../../local/index.ts'
import { createRandom } from '../../local/model/random.ts'
import { createEntropy, DEFAULT_POLICY } from '../../password.ts'
import type { StoredSecret, Strategy } from '../../provider/contract.ts'
import type { Entropy } from '../../provider/entropy.ts'
import type { ConformanceOptions, Elsewhere, FreshTarget } from '../options.ts'
import { Container } from './container.ts'
import type { Call, Fate, Invocation } from './invocation.ts'
import { type Kind, kindOf } from './kinds.ts'
import { letSettle } from './minting.ts'
import { Others } from './others.ts'
import { Record } from './record.ts'
import { KitSecret, OTHER_ACCOUNT } from './secrets.ts'

/** An invocation that neither reaches its next action nor ends in this time, in milliseconds, is a failure. */
const PATIENCE_MS = 90_000

/** Lambda ends an invocation within half of it. */
const HALF_AN_HOUR_MS = 1_800_000

/** The clock of one world: it stands, and the rotations move it on. */
export const createKitClock = (): LocalClock => createClock(Date.UTC(2026, 0, 1))

/** What a schedule invokes the function with, beside the secret. */
export interface RetireEvent {
  readonly ClientRequestToken: string
  readonly Retirement: object
}

export interface StartOptions {
  /** A container that is warm from an earlier step. Default: a new one. */
  readonly container?: Container
  /** What Lambda gives the invocation. Default: without end. */
  readonly timeLeftMs?: number
  readonly secret?: KitSecret
}

/** One account at a target, its secret, and every invocation that works on them. Nothing is shared with another world. */
export class World {
  readonly kit: ConformanceOptions
  readonly strategy: Strategy
  readonly target: FreshTarget
  readonly clock: LocalClock
  readonly secret: KitSecret
  /** What lives at a target that issues credentials, and is none of this secret's. */
  readonly others: Others
  readonly entropy: Entropy
  readonly record = new Record()
  /** The way to the secret, where the function is in another account. */
  elsewhere: Elsewhere | undefined
  /** The version whose credential was the last to be applied, so that checks begin with what should sign in. */
  lastApplied: string | undefined
  /** Told of each call directly before it is let go. */
  onCall: (invocation: Invocation<Task>, call: Call) => void = () => undefined
  readonly #alive = new Map<Invocation<Task>, Container>()
  readonly #containers: Container[] = []

  private constructor(
    kit: ConformanceOptions,
    strategy: Strategy,
    target: FreshTarget,
    clock: LocalClock,
    others: Others,
  ) {
    const seed = kit.seed ?? 1
    const random = createRandom(seed)
    this.kit = kit
    this.strategy = strategy
    this.target = target
    this.clock = clock
    this.others = others
    const account = kit.elsewhere === undefined ? undefined : OTHER_ACCOUNT
    this.secret = new KitSecret(target, 'conformance', seed, clock, account)
    this.entropy = createEntropy(DEFAULT_POLICY, (length) =>
      Uint8Array.from({ length }, () => random.below(256)),
    )
  }

  /** `clock`: where the target goes by it already. */
  static async open(
    kit: ConformanceOptions,
    strategy: Strategy,
    clock: LocalClock = createKitClock(),
  ): Promise<World> {
    const target = await kit.freshTarget({ now: () => clock.now() })
    try {
      const world = new World(kit, strategy, target, clock, await Others.at(target, kit.provider, strategy))
      world.elsewhere = await kit.elsewhere?.(world.secret.model)
      // What the secret begins with is long known.
      if (world.mints) letSettle(world)
      return world
    } catch (error) {
      await target.close()
      throw error
    }
  }

  get class(): StrategyClass {
    return classOf(this.strategy, this.kit.provider.capabilities)
  }

  get kind(): Kind {
    return kindOf(this.strategy, this.kit.provider)
  }

  /** The target issues the credentials. */
  get mints(): boolean {
    return STRATEGIES[this.strategy].mints
  }

  /** Lets so much time pass that no invocation can be running which was alive before. */
  passInvocations(): void {
    this.secret.pass(HALF_AN_HOUR_MS)
    this.record.trace.push('half an hour passes')
  }

  /** A second secret that names the same account. */
  anotherSecret(): KitSecret {
    return new KitSecret(this.target, 'another', (this.kit.seed ?? 1) + 1, this.clock)
  }

  container(secret: KitSecret = this.secret): Container {
    const container = new Container(this, secret)
    this.#containers.push(container)
    return container
  }

  /** Lets so much time pass that what was replaced has expired. */
  passGrace(): void {
    const { graceMs = 0 } = this.kit.provider.capabilities.mint ?? {}
    if (graceMs === 0) return
    this.secret.pass(graceMs)
    this.record.trace.push('what was replaced expires')
  }

  /** Begins a step and waits until it is before its first action, or has ended. */
  async start(step: Step, token: string, options: StartOptions = {}): Promise<Invocation<Step>> {
    const container = options.container ?? this.container(options.secret)
    const invocation = container.start(step, token, options.timeLeftMs)
    this.#alive.set(invocation, container)
    await this.#settle(invocation)
    return invocation
  }

  /** A schedule runs: begins its retirement, and waits until it is before its first action, or has ended. */
  async startRetirement(event: RetireEvent, options: StartOptions = {}): Promise<Invocation<Task>> {
    const { ClientRequestToken, Retirement } = event
    const container = options.container ?? this.container(options.secret)
    const { timeLeftMs } = options
    const invocation = container.start('retireSecret', ClientRequestToken, timeLeftMs, { Retirement })
    this.#alive.set(invocation, container)
    await this.#settle(invocation)
    return invocation
  }

  /** The retirements that are scheduled. */
  retirements(): readonly RetireEvent[] {
    return this.secret.scheduler.standing().map(({ event }) => event as RetireEvent)
  }

  /** Lets the action go before which the invocation waits. */
  async advance(invocation: Invocation<Task>, fate: Fate = 'happens'): Promise<void> {
    const { next } = invocation
    if (next === undefined) return
    this.onCall(invocation, next)
    invocation.release(fate)
    await this.#settle(invocation)
    this.#note(invocation, `${next.label}${fate === 'happens' ? '' : ` (${fate})`}`)
  }

  async #settle(invocation: Invocation<Task>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<never>((_resolve, reject) => {
      const what = `${this.label(invocation)}: ${invocation.calls.at(-1)?.label ?? 'the step'} does not settle`
      timer = setTimeout(() => reject(new Error(what)), PATIENCE_MS)
    })
    try {
      await Promise.race([invocation.settle(), patience])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Lets it go on until it ends. */
  async runOn(invocation: Invocation<Task>): Promise<void> {
    while (invocation.state === 'parked') await this.advance(invocation)
  }

  /** Lets it go on until it waits before its call of this number. False when it ended before. */
  async runTo(invocation: Invocation<Task>, index: number): Promise<boolean> {
    while (invocation.state === 'parked' && (invocation.next?.index ?? index) < index)
      await this.advance(invocation)
    return invocation.state === 'parked'
  }

  /** Killed before the action it waits for, or right after it: nothing is cleaned up, its connections are reset. */
  async kill(invocation: Invocation<Task>, when: 'before' | 'after'): Promise<void> {
    const { next } = invocation
    const label = next?.label ?? 'its end'
    if (when === 'before') invocation.die()
    else {
      if (next !== undefined) this.onCall(invocation, next)
      invocation.release('happens and dies')
      await this.#settle(invocation)
    }
    this.record.trace.push(`${this.label(invocation)}: killed ${when} ${label}`)
    await this.#alive.get(invocation)?.resetConnections()
  }

  /** One whole step. Answers the invocation, ended. */
  async deliver(step: Step, token: string, options: StartOptions = {}): Promise<Invocation<Step>> {
    const invocation = await this.start(step, token, options)
    await this.runOn(invocation)
    return invocation
  }

  /** Steps in a row, each in a new container unless one is given, until one fails. Answers that one's code. */
  async deliverAll(
    token: string,
    steps: readonly Step[] = STEPS,
    options: StartOptions = {},
  ): Promise<string | undefined> {
    for (const step of steps) {
      const { error } = await this.deliver(step, token, options)
      if (error !== undefined) return error
    }
    return undefined
  }

  /** A sign-in outside of the provider. */
  signsIn(stored: StoredSecret): Promise<boolean> {
    return this.kit.signIn(stored)
  }

  /** Ends everything that is still alive and gives the account back. */
  async close(): Promise<void> {
    for (const invocation of this.#alive.keys()) invocation.die()
    await Promise.all(this.#containers.map((container) => container.resetConnections()))
    await this.elsewhere?.close()
    await this.target.close()
  }

  label({ step, token }: Invocation<Task>): string {
    return `${step}(${this.secret.name(token)})`
  }

  #note(invocation: Invocation<Task>, what: string): void {
    const end = invocation.state === 'ended' ? ` -> ${invocation.error ?? 'ok'}` : ''
    this.record.trace.push(`${this.label(invocation)}: ${what}${end}`)
  }
}
