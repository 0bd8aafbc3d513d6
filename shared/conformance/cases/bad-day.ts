import type { ErrorCode } from '../../errors/index.ts'
import type { Strategy } from '../../provider/contract.ts'
import type { End, FreshTarget } from '../options.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import { changer } from '../world/direct.ts'
import { isAbout, type Kind, type OfKinds } from '../world/kinds.ts'
import { inForce, inForceSoon, lockedOut, neverConverges } from '../world/promises.ts'
import {
  callId,
  comeTo,
  type RecordedCall,
  recordCalls,
  setScene,
  usesTarget,
  WARM,
} from '../world/recording.ts'
import type { World } from '../world/world.ts'
import { codesOfMints, MINT_DAYS } from './mint-days.ts'

/** What can go wrong at a target, and the codes that say so. */
export interface BadDay extends OfKinds {
  readonly hook: keyof FreshTarget
  readonly what: string
  readonly codes: readonly ErrorCode[]
  /** What Lambda gives the invocation that meets it, in milliseconds. Default: without end. */
  readonly timeLeftMs?: number
  /** The calls before which it may begin. Default: each that uses the target. */
  readonly wants?: (call: RecordedCall, calls: readonly RecordedCall[]) => boolean
  readonly begin: (world: World) => (() => Promise<End>) | undefined
}

/** Long enough to come to the disturbed call on a busy machine, short enough to wait for. */
const SLOW_MS = 10_000

const DAYS: readonly BadDay[] = [
  {
    hook: 'outage',
    what: 'the target is down',
    codes: ['TARGET_UNREACHABLE', 'DEADLINE'],
    begin: ({ target }) => target.outage,
  },
  {
    hook: 'limitConnections',
    what: 'the target has reached a limit',
    codes: ['CREDENTIAL_BARRED', 'TARGET_UNREACHABLE'],
    begin: ({ target }) => target.limitConnections,
  },
  {
    hook: 'readOnly',
    what: 'the target is read-only',
    codes: ['TARGET_READ_ONLY'],
    begin: ({ target }) => target.readOnly,
  },
  {
    hook: 'slow',
    what: 'the target is too slow',
    codes: ['DEADLINE', 'TARGET_BUSY', 'TARGET_UNREACHABLE'],
    timeLeftMs: SLOW_MS,
    begin: ({ target }) => target.slow,
  },
  {
    hook: 'refuseByPolicy',
    of: ['chosen'],
    what: 'the target refuses every new password',
    codes: ['PENDING_UNUSABLE'],
    begin: ({ target }) => target.refuseByPolicy,
  },
  {
    hook: 'lockUser',
    what: 'the account is locked',
    codes: ['CREDENTIAL_BARRED'],
    begin: ({ target }) => target.lockUser,
  },
  {
    hook: 'dropUser',
    what: 'the account is dropped',
    // A target that answers the same to a user that it never had cannot be told from one with another password.
    codes: ['CURRENT_REFUSED', 'PENDING_REFUSED', 'PRIMARY_NOT_CURRENT'],
    begin: ({ target }) => target.dropUser,
  },
  {
    hook: 'changePasswordByHand',
    of: ['chosen'],
    what: 'somebody changed the password by hand',
    codes: ['CURRENT_REFUSED', 'PENDING_REFUSED', 'PRIMARY_NOT_CURRENT'],
    begin: ({ target }) => target.changePasswordByHand,
  },
]

/** The days that a target may have whose values come about so. */
export const badDaysOf = (kind: Kind): readonly BadDay[] =>
  [...DAYS, ...MINT_DAYS].filter((day) => isAbout(kind, day))

/** The day turns bad before each call that uses the target, until the step has ended. */
export async function everyBadMoment(
  trial: Trial,
  strategy: Strategy,
  day: BadDay,
): Promise<Skipped | undefined> {
  const isOffered = await trial.look(strategy, (world) => day.begin(world) !== undefined)
  if (!isOffered) return new Skipped(`the target gives no \`${day.hook}\``)
  const recorded = await recordCalls(trial.options, strategy, WARM)
  const calls = recorded.filter((call) => usesTarget(call) && (day.wants?.(call, recorded) ?? true))
  const ended = new Map<string, number>()
  await trial.all(
    calls.map((call) => moment(strategy, day, call, (code) => ended.set(code, (ended.get(code) ?? 0) + 1))),
  )
  trial.notes.push([...ended].map(([code, times]) => `${code} ${times}`).join(', '))
  if (trial.options.only === undefined && day.codes.every((code) => !ended.has(code)))
    throw new Error(`no step noticed that ${day.what}: \`${day.hook}\` did nothing`)
  return undefined
}

function moment(strategy: Strategy, day: BadDay, call: RecordedCall, endedIn: (code: string) => void): Point {
  return {
    id: `bad-day/${strategy}/${day.hook}/${callId(call)}`,
    strategy,
    expects: `${day.what} from before ${call.label} of ${call.step} on: the step ends well or in ${day.codes.join(' or ')}, and heals with the target`,
    async play(world, before) {
      const set = await setScene(world, WARM, call.step)
      const met = await comeTo(world, set, call, day.timeLeftMs)
      before(labelsOf(world))
      world.record.trace.push(`from here on ${day.what}`)
      const end = await day.begin(world)?.()
      const probed = world.record.probes.length
      const isDown = day.hook === 'outage'
      // Whoever cannot tell rejects.
      const misjudged = isDown ? await lockedOut(world).catch(() => undefined) : undefined
      if (misjudged !== undefined) return '`signIn` calls every credential refused while the target is down'
      await world.runOn(met)
      const atEnd = day.hook === 'slow' ? await inForce(world) : undefined
      const touched = await world.others.touched()
      if (touched !== undefined) return touched
      await end?.()
      world.record.trace.push('and the target has healed')
      if (atEnd !== undefined && (await inForceSoon(world)) !== atEnd)
        return `a late writer: when the step had ended, ${atEnd}; when the target went on, ${await inForce(world)}`
      endedIn(met.error ?? 'ok')
      const codes: readonly string[] = [...day.codes, ...codesOfMints(world, call)]
      if (met.error !== undefined && !codes.includes(met.error))
        return `documented errors: ${met.error} instead of ${day.codes.join(' or ')}`
      if (isDown) {
        if (met.error === undefined && call.label.startsWith('probe'))
          return `${call.step} ended well, and its proof had no answer`
        const misread = world.record.probes.slice(probed).find(({ verdict }) => verdict === 'rejected')
        if (misread !== undefined) return 'a probe without an answer is never a refusal'
      }
      return (await lockedOut(world)) ?? (await neverConverges(world))
    },
  }
}

/** The target loses what setSecret changed, before each call that follows and after the last. */
export async function everyFailover(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const isOffered = await trial.look(strategy, ({ target }) => target.failover !== undefined)
  if (!isOffered) return new Skipped('the target gives no `failover`')
  const calls = (await recordCalls(trial.options, strategy, WARM)).filter(
    ({ step }) => step === 'testSecret' || step === 'finishSecret',
  )
  await trial.all(calls.map((call) => failover(strategy, calls, call)))
  return undefined
}

function failover(strategy: Strategy, calls: readonly RecordedCall[], call: RecordedCall): Point {
  const proof = calls.find(({ step, label }) => step === 'finishSecret' && label.startsWith('probe'))
  // What the target loses after the last proof nobody can know: the label moves, and the next rotation heals it.
  const isKnown = call.step === 'testSecret' || (proof !== undefined && call.index <= proof.index)
  const meanwhile = isKnown
    ? 'AWSCURRENT stays on what signs in'
    : 'the next rotation heals it, or, where an admin would have to reset a password for that, says so while AWSPREVIOUS signs in'
  return {
    id: `failover/${strategy}/${callId(call)}`,
    strategy,
    expects: `the target falls back to its state before setSecret, before ${call.label} of ${call.step}: ${meanwhile}`,
    async play(world, before) {
      const token = world.secret.rotate()
      await world.deliverAll(token, ['createSecret'])
      const restore = await world.target.failover?.()
      const error = await world.deliverAll(token, ['setSecret'])
      if (error !== undefined) return `always converges: setSecret ended in ${error}`
      if (call.step === 'finishSecret') await world.deliverAll(token, ['testSecret'])
      const container = world.container()
      const met = await world.start(call.step, token, { container })
      while (met.state === 'parked' && met.next?.label !== call.label) await world.advance(met)
      before(labelsOf(world))
      const pending = world.secret.value(token) ?? {}
      await restore?.()
      if (await world.signsIn(pending)) return '`failover` did nothing: what was changed since still signs in'
      world.lastApplied = undefined
      world.record.trace.push('the target is as it was before setSecret')
      await world.runOn(met)
      if (call.step === 'testSecret') await world.deliverAll(token, ['finishSecret'])
      if (!isKnown && (await isLeftToRepair(world))) return undefined
      return (isKnown ? await lockedOut(world) : undefined) ?? (await neverConverges(world))
    },
  }
}

/**
 * The target lost the account or password of AWSCURRENT when nobody looked any more. An admin who set it anew because a
 * secret says so could be made to take an account over, so only an operator does that; AWSPREVIOUS must go on until then.
 */
async function isLeftToRepair(world: World): Promise<boolean> {
  if (changer(world) !== 'admin') return false
  const { current, previous } = world.secret.holders()
  const [now, before] = [current, previous].map((version) => world.secret.value(version ?? ''))
  if (now === undefined || before === undefined || (await world.signsIn(now))) return false
  const error = await world.deliverAll(world.secret.rotate())
  return error === 'CURRENT_REFUSED' && (await world.signsIn(before))
}
