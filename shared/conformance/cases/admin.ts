import { STEPS } from '../../engine/known.ts'
import type { Strategy } from '../../provider/contract.ts'
import type { FreshAdmin } from '../options.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import { changer } from '../world/direct.ts'
import { lockedOut, neverConverges } from '../world/promises.ts'
import { callId, comeTo, type RecordedCall, recordCalls, setScene, WARM } from '../world/recording.ts'
import { KitSecret } from '../world/secrets.ts'
import { World } from '../world/world.ts'

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
            const other = new KitSecret(second, 'sharing', (world.kit.seed ?? 1) + 2, world.clock)
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
