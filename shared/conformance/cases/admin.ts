import { STEPS } from '../../engine/known.ts'
import { STRATEGIES } from '../../engine/strategies.ts'
import type { Strategy } from '../../provider/contract.ts'
import { changer } from '../direct.ts'
import type { FreshAdmin } from '../options.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { lockedOut, neverConverges, nextRotationFails, notFinished } from '../promises.ts'
import { callId, comeTo, type RecordedCall, recordCalls, setScene, WARM } from '../recording.ts'
import { KitSecret } from '../secrets.ts'
import { ConformanceFailure, labelsOf } from '../story.ts'
import { World } from '../world.ts'

const NO_ADMIN = 'no admin makes the changes of this strategy'

/** What is missing for a case about an admin; undefined when nothing is. */
async function missing(
  trial: Trial,
  strategy: Strategy,
  hook: 'admin' | 'rotate' | 'sharingAdmin' | 'driftRights',
): Promise<Skipped | undefined> {
  return await trial.look(strategy, (world) => {
    if (changer(world) !== 'admin') return new Skipped(NO_ADMIN)
    const { target } = world
    const isThere = hook === 'rotate' ? target.admin?.rotate !== undefined : target[hook] !== undefined
    return isThere
      ? undefined
      : new Skipped(`the target gives no \`${hook === 'rotate' ? 'admin.rotate' : hook}\``)
  })
}

/** The admin gets another credential before every call; its own secret says so at once, or only when the step is over. */
export async function everyAdminRotation(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = await missing(trial, strategy, 'rotate')
  if (reason !== undefined) return reason
  const calls = await recordCalls(trial.options, strategy, WARM)
  await trial.all(
    calls.flatMap((call) =>
      (['AWSPENDING', 'later'] as const).map((stored) => adminRotates(strategy, call, stored)),
    ),
  )
  return undefined
}

function adminRotates(strategy: Strategy, call: RecordedCall, stored: 'AWSPENDING' | 'later'): Point {
  return {
    id: `admin/${strategy}/${callId(call)}/${stored}`,
    strategy,
    expects: `the admin rotates before ${call.label} of ${call.step}: the step ends well or in ADMIN_ROTATING, and heals`,
    async play(world, before) {
      const set = await setScene(world, WARM, call.step)
      const met = await comeTo(world, set, call)
      before(labelsOf(world))
      const value = await (world.target.admin as Required<FreshAdmin>).rotate()
      world.record.trace.push('the admin has another credential')
      if (stored === 'AWSPENDING') world.secret.putAdmin(value, 'AWSPENDING')
      await world.runOn(met)
      const codes = [undefined, 'ADMIN_ROTATING', 'TARGET_UNREACHABLE', 'CREDENTIAL_BARRED']
      if (!codes.includes(met.error)) return `documented errors: ${met.error} instead of ADMIN_ROTATING`
      world.secret.putAdmin(value)
      return (await lockedOut(world)) ?? (await neverConverges(world))
    },
  }
}

/** A second pair with the same admin rotates whole while the first is frozen before each of its calls. */
export async function everySharedAdmin(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = await missing(trial, strategy, 'sharingAdmin')
  if (reason !== undefined) return reason
  const calls = await recordCalls(trial.options, strategy, WARM)
  await trial.all(
    calls.map(
      (call): Point => ({
        id: `shared-admin/${strategy}/${callId(call)}`,
        strategy,
        expects: `another secret with the same admin rotates before ${call.label} of ${call.step}: neither is in the way of the other`,
        async play(world) {
          const second = await world.target.sharingAdmin?.()
          if (second === undefined) return 'the hook answers no target'
          try {
            const other = new KitSecret(second, 'sharing', (world.kit.seed ?? 1) + 2)
            const { token, start } = await setScene(world, WARM, call.step)
            const met = await comeTo(world, { token, start }, call)
            const error = await world.deliverAll(other.rotate(), STEPS, { secret: other })
            if (error !== undefined) return `always converges: the other rotation ended in ${error}`
            await world.runOn(met)
            if (met.error !== undefined) return `always converges: ${call.step} ended in ${met.error}`
            return (
              (await lockedOut(world)) ?? (await lockedOut(world, other)) ?? (await neverConverges(world))
            )
          } finally {
            await second.close()
          }
        },
      }),
    ),
  )
  return undefined
}

/** Somebody grants something to one account of the pair between two rotations. */
export async function rightsDrift(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = await missing(trial, strategy, 'driftRights')
  if (reason !== undefined) return reason
  const point: Point = {
    id: `rights/${strategy}/drift`,
    strategy,
    expects:
      'what was granted by hand to the current account is there after the next rotations, for both accounts',
    async play(world) {
      let sawDrift = false
      for (const round of [1, 2, 3]) {
        const holders = world.secret.holders()
        const [current, other] = [holders.current, holders.previous].map(
          (version) => world.secret.value(version ?? '') ?? {},
        )
        if (current === undefined || other === undefined) return 'a version has no value'
        await world.target.driftRights?.(current)
        // What is granted to the first account may be the other's at once.
        if (round > 1) sawDrift ||= (await world.target.haveSameRights?.(current, other)) !== true
        const token = world.secret.rotate()
        const error = await world.deliverAll(token)
        if (error !== undefined) return `rights stay equal: rotation ${round} ended in ${error}`
        const next = world.secret.value(token) ?? {}
        if ((await world.target.haveSameRights?.(current, next)) === false)
          return `rights stay equal: after rotation ${round} the accounts may not do the same`
      }
      return sawDrift ? undefined : '`driftRights` and `haveSameRights` never showed a difference'
    },
  }
  await trial.all([point])
  return undefined
}

/** Where the change itself ends the old credential, no schedule is made. */
function nothingRetires({ options }: Trial, strategy: Strategy): string | undefined {
  if (options.provider.capabilities.retires !== true) return 'the provider does not retire'
  return STRATEGIES[strategy].class === 'A' ? undefined : 'the change itself ends the old credential'
}

/** The retirement of the first rotation runs before every call of the second, and once more when that has ended. */
export async function everyRetirementMoment(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = nothingRetires(trial, strategy)
  if (reason !== undefined) return new Skipped(reason)
  const calls = await recordCalls(trial.options, strategy, WARM)
  await trial.all(
    calls.map(
      (call): Point => ({
        id: `retirement/${strategy}/moment/${callId(call)}`,
        strategy,
        expects: `the retirement after the first rotation runs before ${call.label} of ${call.step} of the second: it waits, does nothing, or ends only what is replaced`,
        async play(world) {
          const first = await world.deliverAll(world.secret.rotate())
          if (first !== undefined) return `always converges: the first rotation ended in ${first}`
          world.secret.passRetirement()
          if (world.retirements().length === 0) return 'no orphans: no retirement is scheduled'
          const met = await comeTo(world, await setScene(world, WARM, call.step), call)
          await retireAll(world)
          const broken = await lockedOut(world)
          if (broken !== undefined) return `${broken}, after the retirement`
          await world.runOn(met)
          const healed = (await lockedOut(world)) ?? (await neverConverges(world))
          if (healed !== undefined) return healed
          world.secret.passRetirement()
          await retireAll(world)
          return (await lockedOut(world)) ?? (await nextRotationFails(world))
        },
      }),
    ),
  )
  return undefined
}

/** What Lambda gives a retirement that may meet a held lock, in milliseconds. */
const SHORT_MS = 3_500

async function retireAll(world: World): Promise<void> {
  for (const event of world.retirements())
    await world.runOn(await world.startRetirement(event, { timeLeftMs: SHORT_MS }))
}

/** A retirement is killed before and after every call it makes, and its schedule runs once more. */
export async function everyRetirementCrash(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = nothingRetires(trial, strategy)
  if (reason !== undefined) return new Skipped(reason)
  const calls = await trial.look(strategy, async (world) => {
    const { invocation } = await dueRetirement(world)
    await world.runOn(invocation)
    if (invocation.error === undefined) return invocation.calls
    const broken = (await lockedOut(world)) ?? `always converges: it ended in ${invocation.error}`
    const story = world.record.trace.map((line) => `  ${line}`).join('\n')
    throw new ConformanceFailure(`retirement/${strategy}/undisturbed`, `${broken}, after a retirement`, story)
  })
  await trial.all(
    calls.flatMap(({ index, label, isMoment }) =>
      (isMoment ? (['before'] as const) : (['before', 'after'] as const)).map((when): Point => {
        const what = `${String(index).padStart(2, '0')} ${label}/${when}`
        return {
          id: `retirement/${strategy}/killed/${what}`,
          strategy,
          expects: `killed ${when} ${label}, the next try ends the old credential, and the current one signs in throughout`,
          async play(world) {
            const { invocation, old } = await dueRetirement(world)
            if (!(await world.signsIn(old))) return 'class A: AWSPREVIOUS is refused before its retirement'
            await world.runTo(invocation, index)
            await world.kill(invocation, when)
            const broken = await lockedOut(world)
            if (broken !== undefined) return broken
            await retireAll(world)
            if (await world.signsIn(old)) return 'no orphans: the retired credential still signs in'
            return (await lockedOut(world)) ?? (await nextRotationFails(world))
          },
        }
      }),
    ),
  )
  return undefined
}

/** A finished rotation whose retirement is due and has begun. */
async function dueRetirement(world: World) {
  const before = world.secret.holders().current ?? ''
  const token = world.secret.rotate()
  const error = (await world.deliverAll(token)) ?? (await notFinished(world, token))
  if (error !== undefined) throw new Error(`the undisturbed rotation ended in ${error}`)
  world.secret.passRetirement()
  const [event] = world.retirements()
  if (event === undefined) throw new Error('no retirement is scheduled')
  return { invocation: await world.startRetirement(event), old: world.secret.value(before) ?? {} }
}

/** The admin's value stays that of its own server, whatever the secret says. */
export async function adminStaysHome(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = await missing(trial, strategy, 'admin')
  if (reason !== undefined) return reason
  const point: Point = {
    id: `claim/${strategy}/admin-home`,
    strategy,
    expects: "the admin's credential goes to the admin secret's own host and port, whatever the secret says",
    async play(world) {
      const { provider } = world.kit
      const another = await World.open(world.kit, strategy)
      try {
        const admin = world.target.admin?.value ?? {}
        const [own, others] = [world, another].map(({ secret }) => {
          const value = provider.admin?.value({ admin, secret: secret.first }) ?? {}
          const parsed = provider.schema['~standard'].validate(value)
          if (parsed instanceof Promise || parsed.issues !== undefined) return 'unusable'
          return JSON.stringify(provider.identity(parsed.value).server)
        })
        if (own === undefined || own === 'unusable')
          return 'the admin value cannot be used, or names no server'
        return own === others ? undefined : 'the secret decides where the credential of the admin goes'
      } finally {
        await another.close()
      }
    },
  }
  await trial.all([point])
  return undefined
}
