import type { Task } from '../../engine/known.ts'
import type { Strategy } from '../../provider/contract.ts'
import type { ConformanceOptions, FreshAdmin } from '../options.ts'
import {
  createWireIdentity,
  type Framing,
  framingOf,
  type Point,
  type Ruling,
  startWireProxy,
  type WireAccess,
  type WireIdentity,
  type WireProxy,
} from '../wire/index.ts'
import type { Invocation } from '../world/invocation.ts'
import { callId } from '../world/recording.ts'
import { createKitClock, World } from '../world/world.ts'

let identity: Promise<WireIdentity> | undefined

/** `disturbed`: the part of a run whose messages are points. */
export type Phase = 'before' | 'disturbed' | 'after'

/** What to do at one point of a run. */
export interface Disturbance {
  readonly at: Point
  readonly how: Exclude<Ruling, 'pass'>
}

/** A world whose provider reaches its target through a proxy, which disturbs it once. */
export class Wired {
  readonly world: World
  readonly proxy: WireProxy
  readonly framing: Framing
  phase: Phase = 'before'
  /** What passed while `disturbed`, up to the disturbance. */
  readonly points: Point[] = []
  /** Where it was disturbed. */
  met: Point | undefined
  /** What the client sent in the phase `after`. */
  readonly late: Point[] = []
  readonly #refusals = new Map<Phase, Map<Invocation<Task> | undefined, number>>()

  private constructor(world: World, proxy: WireProxy, framing: Framing) {
    this.world = world
    this.proxy = proxy
    this.framing = framing
  }

  /** Rejects where the target gives no `wire`. */
  static async open(options: ConformanceOptions, strategy: Strategy, what?: Disturbance): Promise<Wired> {
    const clock = createKitClock()
    const target = await options.freshTarget({ now: () => clock.now() })
    const { wire, issueAnew } = target
    if (wire === undefined) throw new Error('the target gives no `wire`')
    identity ??= createWireIdentity()
    const authority = await identity
    const framing = framingOf(wire)
    let judge = (_point: Point): Ruling => 'pass'
    const proxy = await startWireProxy({
      upstream: wire.upstream,
      framing,
      identity: authority,
      rule: (point) => judge(point),
    })
    const world = await World.open(
      {
        ...options,
        provider: wire.trusting?.(authority.ca) ?? options.provider,
        // Consumers are not what is tried: they go straight to the target.
        signIn: (stored) => options.signIn(wire.at(stored, wire.upstream)),
        freshTarget: () =>
          Promise.resolve({
            ...target,
            secret: wire.at(target.secret, proxy),
            ...(target.admin && { admin: adminAt(target.admin, wire, proxy) }),
            ...(issueAnew && { issueAnew: async () => wire.at(await issueAnew(), proxy) }),
            close: async () => {
              await proxy.close()
              await target.close()
            },
          }),
      },
      strategy,
      clock,
    )
    const wired = new Wired(world, proxy, framing)
    let caller: Invocation<Task> | undefined
    world.onCall = (invocation, call) => {
      caller = invocation
      const { step } = invocation
      proxy.enter(`${wired.phase === 'disturbed' ? '' : `${wired.phase} `}${callId({ step, ...call })}`)
    }
    judge = (point) => wired.#judge(point, caller, what)
    return wired
  }

  #judge(point: Point, caller: Invocation<Task> | undefined, what: Disturbance | undefined): Ruling {
    const { phase } = this
    if (this.framing.isRefusal?.(point.name) === true) {
      const counts = this.#refusals.get(phase) ?? new Map<Invocation<Task> | undefined, number>()
      counts.set(caller, (counts.get(caller) ?? 0) + 1)
      this.#refusals.set(phase, counts)
    }
    if (phase === 'after' && point.from === 'client') this.late.push(point)
    if (phase !== 'disturbed' || this.met !== undefined) return 'pass'
    this.points.push(point)
    if (what === undefined || point.scope !== what.at.scope || point.place !== what.at.place) return 'pass'
    this.met = point
    this.world.record.trace.push(`wire: ${what.how === 'cut' ? 'cut before' : 'held back'} ${point.name}`)
    return what.how
  }

  /** How many sign-ins the target refused on the wire, by invocation. */
  refusals(phase: Phase): Iterable<number> {
    return this.#refusals.get(phase)?.values() ?? []
  }
}

/** The admin signs in to the same server, so its connections are led through the proxy too. */
function adminAt(admin: FreshAdmin, wire: WireAccess, proxy: WireProxy): FreshAdmin {
  const { value, rotate } = admin
  return {
    ...admin,
    value: wire.at(value, proxy),
    ...(rotate && { rotate: async () => wire.at(await rotate.call(admin), proxy) }),
  }
}
