import { STEPS, type Step, type Task } from '../../engine/known.ts'
import type { ErrorCode } from '../../errors/index.ts'
import type { Strategy } from '../../provider/contract.ts'
import { type Killed, type Recovery, recoverBy } from '../cases/recovery.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { Coverage, framingOf, pointName, pointOf, type Point as WirePoint } from '../wire/index.ts'
import type { Invocation } from '../world/invocation.ts'
import { isSettling } from '../world/minting.ts'
import { leavesSomething, lockedOut, moreThan, tooManyFailures } from '../world/promises.ts'
import type { Probe } from '../world/record.ts'
import type { World } from '../world/world.ts'
import { type Disturbance, Wired } from './wired.ts'

/** What a lost connection is told as; any other code claims to know what the target said. */
export const CODES_OF_A_CUT: readonly ErrorCode[] = ['TARGET_UNREACHABLE', 'DEADLINE']

export const isOneOf = (codes: readonly string[], code: string): boolean => codes.includes(code)

/**
 * Runs the steps until one fails. Promise 1 is checked as soon as the disturbed call has ended, and a refusal that the
 * target would not give is a misread loss.
 */
export async function disturbed(
  wired: Wired,
  token: string,
  steps: readonly Step[] = STEPS,
  timeLeftMs?: number,
) {
  const { world } = wired
  const container = world.container()
  wired.phase = 'disturbed'
  let ended: { step: Step; error: string | undefined; broken: string | undefined } | undefined
  for (const step of steps) {
    const options = timeLeftMs === undefined ? { container } : { container, timeLeftMs }
    const invocation = await world.start(step, token, options)
    const broken = await untilEnd(wired, invocation)
    ended = { step, error: invocation.error, broken }
    if (broken !== undefined || invocation.error !== undefined) break
  }
  wired.phase = 'after'
  if (ended === undefined) throw new Error('no step was run')
  return ended
}

/** Lets it go on until it ends. Answers what was broken right after the disturbance, or by what was made of it. */
export async function untilEnd(wired: Wired, invocation: Invocation<Task>): Promise<string | undefined> {
  const { world } = wired
  const { probes } = world.record
  while (invocation.state === 'parked') {
    const known = probes.length
    const wasMet = wired.met !== undefined
    await world.advance(invocation)
    const misread = await misreadLoss(world, probes.slice(known))
    if (misread !== undefined) return misread
    if (wasMet || wired.met === undefined) continue
    const atOnce = await lockedOut(world)
    if (atOnce !== undefined) return `${atOnce}, right after it`
  }
  return undefined
}

async function misreadLoss(world: World, probes: readonly Probe[]): Promise<string | undefined> {
  const { secret } = world
  // What is refused for a while may be taken a moment later.
  if (isSettling(world)) return undefined
  for (const { who, verdict } of probes) {
    if (verdict !== 'rejected') continue
    const version = new Map<string, string | undefined>(Object.entries(secret.holders())).get(who)
    const value = version === undefined ? undefined : secret.value(version)
    if (value !== undefined && (await world.signsIn(value)))
      return `a lost connection is not a refusal: the ${who} credential is called rejected and signs in`
  }
  return undefined
}

/** The promises at once and after a recovery. */
export async function recovered(
  wired: Wired,
  token: string,
  step: Step,
  recovery: Recovery,
): Promise<string | undefined> {
  const { world } = wired
  const probed = world.record.probes.length
  const cut: Killed = { world, token, step, deliver: (again, steps) => world.deliverAll(again, steps) }
  return await recoverBy(
    recovery,
    cut,
    async () =>
      tooManyFailures(world, probed) ??
      // What was replaced may have expired by then, and what became of a mint is asked with it too.
      moreThan(world, world.kind === 'replacing' ? 2 : 1, wired.refusals('after')) ??
      (await leavesSomething(world)),
  )
}

/** One run, with or without a disturbance. */
export interface Run {
  readonly expects: string
  readonly play: (wired: Wired, before: (state: string) => void) => Promise<string | undefined>
}

/** What is covered: a run, and the points of it that are disturbed in turn. */
export interface Cover {
  readonly strategy: Strategy
  /** Ids of its points begin with this. */
  readonly prefix: string
  readonly how: Disturbance['how']
  /** Points that count. Default: all. */
  readonly wants?: (point: WirePoint, at: number, all: readonly WirePoint[]) => boolean
  /** Of cases that cover the same points with another recovery each: which one this is, from 0, and how many there are. */
  readonly turn?: { readonly at: number; readonly of: number }
  /**
   * A run that is disturbed has little time: what it shows when it does not come to its point may be that it was over.
   * Such runs mostly wait, so this many are under way in the first round. Default: time without end.
   */
  readonly hurriesAtOnce?: number
  readonly runAt: (at: WirePoint | undefined) => Run
}

/** Records the run, and plays it again for each point that any run has shown, until every one was met. */
export async function coverEach(trial: Trial, cover: Cover): Promise<Skipped | undefined> {
  const { strategy, prefix, how, wants = () => true, turn, hurriesAtOnce, runAt } = cover
  const wire = await trial.look(strategy, ({ target }) => target.wire)
  if (wire === undefined) return new Skipped('the target gives no `wire`')
  const coverage = new Coverage(framingOf(wire))
  const pointAt = (at?: WirePoint): Point => {
    let wired: Wired
    const { expects, play } = runAt(at)
    return {
      id: `${prefix}${at === undefined ? 'undisturbed' : pointName(at)}`,
      strategy,
      expects,
      async open(options) {
        wired = await Wired.open(options, strategy, at && { at, how })
        return wired.world
      },
      async play(_world, before) {
        const broken = await play(wired, before)
        const { points, met, proxy } = wired
        const isThere = at === undefined || (met !== undefined && pointName(met) === pointName(at))
        if (isThere || hurriesAtOnce === undefined) coverage.add(points.filter(wants), met)
        // What was not met again was not tried.
        if (at !== undefined && met === undefined) trial.held -= 1
        const [problem] = proxy.problems
        if (problem !== undefined) return `the proxy cannot follow: ${problem}`
        if (at !== undefined || broken !== undefined || points.some(wants)) return broken
        return points.length === 0
          ? 'nothing passes the proxy: `wire.at` leads elsewhere, or the framing calls no message a point'
          : `of ${points.length} messages none is of those that are to be tried`
      },
    }
  }
  await trial.all([pointAt()])
  const { only } = trial.options
  if (only !== undefined) {
    const at = only.startsWith(prefix) ? pointOf(only.slice(prefix.length)) : undefined
    if (at !== undefined) await trial.all([pointAt(at)])
    return undefined
  }
  if (turn !== undefined && trial.options.recoveries === 'in turn') coverage.share(turn.at, turn.of)
  else coverage.share(0, 1)
  let atOnce = hurriesAtOnce
  for (let due = coverage.round(); due.length > 0; due = coverage.round()) {
    await trial.all(
      due.map((at) => pointAt(at)),
      atOnce,
    )
    atOnce = undefined
  }
  trial.notes.push(coverage.line(how === 'cut' ? 'cut' : 'held back'))
  return undefined
}
