import { STRATEGIES } from '../../engine/strategies.ts'
import { isQuarterturnError } from '../../errors/index.ts'
import type { StoredSecret } from '../../provider/contract.ts'
import {
  applied,
  bothSignIn,
  changer,
  closed,
  openDirect,
  pause,
  proposed,
  withDirect,
} from '../world/direct.ts'
import { rightAndWrong } from '../world/minting.ts'
import { inForce, STRAY_MS } from '../world/promises.ts'
import type { World } from '../world/world.ts'
import type { Claim } from './claim.ts'
import { whyNothingRetires } from './retirement.ts'

/** More failed sign-ins than an account that counts them would endure. */
const FREE_PROBES = 12

const ANOTHER_MARK = 'fedcba9876543210fedcba9876543210'
const NOT_OURS: readonly string[] = ['ACCOUNT_NOT_OURS', 'ACCOUNT_SHARED']

/** What the sessions of a provider claim, tried without the engine. */
export const SESSION_CLAIMS: readonly Claim[] = [
  {
    key: 'open',
    name: 'opening a session connects nowhere',
    needs: 'connections',
    async play(world) {
      const session = openDirect(world, { current: world.secret.first })
      await pause(STRAY_MS)
      const open = await world.target.connections?.()
      await closed(session)
      return open === 0 ? undefined : `${open} connections are open before the first operation`
    },
  },
  {
    key: 'probe',
    name: 'a probe accepts the right credential and rejects a wrong one',
    async play(world) {
      const { right: current, wrong: pending } = await rightAndWrong(world)
      return await withDirect(world, { current, pending }, async (session) => {
        const right = await session.probe({ who: 'current', at: 'writer' })
        if (right.verdict !== 'accepted') return `the right credential is ${right.verdict}`
        if (right.as.trim() === '') return 'a probe says `accepted` and not as whom'
        const wrong = await session.probe({ who: 'pending', at: 'writer' })
        if (wrong.verdict !== 'rejected') return `a wrong credential is ${wrong.verdict}`
        const consumer = await session.probe({ who: 'current', at: 'consumer' })
        if (consumer.verdict !== 'accepted')
          return `the right credential is ${consumer.verdict} for consumers`
        const deceived = await session.probe({ who: 'pending', at: 'consumer' })
        return deceived.verdict === 'accepted' ? 'a wrong credential is accepted for consumers' : undefined
      })
    },
  },
  {
    key: 'check',
    name: 'a check finds the change possible and changes nothing',
    async play(world) {
      const { right: current, wrong: pending } = await rightAndWrong(world)
      return await withDirect(world, { current, pending }, async (session) => {
        const state = async () =>
          `${await bothSignIn(world, current, pending)}${world.mints ? `, ${await inForce(world)}` : ''}`
        const before = await state()
        const { possible, missing } = await session.check({ as: changer(world) })
        if (!possible)
          return `the check of a fresh target misses ${missing.map(({ privilege }) => privilege).join(', ')}`
        const after = await state()
        return before === after ? undefined : `the check changed the target: ${after}`
      })
    },
  },
  {
    key: 'repeat',
    of: ['chosen'],
    name: 'a repeated apply does what `capabilities.repeat` says',
    skip: ({ capabilities }) =>
      capabilities.repeat === 'once' ? 'it says `once`: the engine never repeats it unproven' : undefined,
    async play(world) {
      const current = world.secret.first
      const pending = await proposed(world, current)
      const first = await applied(world, current, pending)
      if (first.result !== 'applied') return `the first apply was ${first.result}`
      const before = await bothSignIn(world, current, pending)
      if (!before.endsWith('pending signs in'))
        return 'apply says `applied` and the new credential is refused'
      const { repeat } = world.kit.provider.capabilities
      const second = await secondApply(world, current, pending)
      const wanted = repeat === 'harmless' ? 'applied' : 'superseded'
      if (second !== wanted) return `it says \`${repeat}\` and the second apply is ${second}`
      const after = await bothSignIn(world, current, pending)
      return before === after ? undefined : `it says \`${repeat}\`, and the second apply did damage: ${after}`
    },
  },
  {
    key: 'free-probe',
    name: 'failed sign-ins cost nothing where `capabilities.failedProbe` says so',
    skip: ({ capabilities }) =>
      capabilities.failedProbe === 'counts'
        ? 'it says `counts`: the engine spends none on the happy path'
        : undefined,
    async play(world) {
      const { right: current, wrong: pending } = await rightAndWrong(world)
      return await withDirect(world, { current, pending }, async (session) => {
        for (let time = 0; time < FREE_PROBES; time += 1)
          await session.probe({ who: 'pending', at: 'writer' })
        const { verdict } = await session.probe({ who: 'current', at: 'writer' })
        return verdict === 'accepted'
          ? undefined
          : `it says \`free\`, and after ${FREE_PROBES} wrong sign-ins the right credential is ${verdict}`
      })
    },
  },
  {
    key: 'mark',
    of: ['chosen'],
    name: "an alternate account is known by this secret's mark, and one of another secret is not touched",
    skip: ({ alternateOf }, strategy) =>
      strategy === 'alternating-users' && alternateOf !== undefined ? undefined : 'no account is created',
    async play(world) {
      const current = world.secret.first
      const made = await proposed(world, current)
      await applied(world, current, made)
      // As after a rotation whose value was lost: no stored version signs in, only the mark tells.
      const found = await proposed(world, current)
      await applied(world, current, found)
      if (!(await world.signsIn(found)))
        return 'an account with the mark of this secret is not taken up again'
      const foreign = await proposed(world, current)
      const code = await applied(world, current, foreign, { mark: ANOTHER_MARK }).then(
        ({ result }) => result,
        (error: unknown) => (isQuarterturnError(error) ? error.code : String(error)),
      )
      if ((await world.signsIn(foreign)) || !(await world.signsIn(found)))
        return 'an account with the mark of another secret is changed'
      return NOT_OURS.includes(code) ? undefined : `instead of ${NOT_OURS.join(' or ')} apply answers ${code}`
    },
  },
  {
    key: 'retire',
    of: ['chosen'],
    name: 'retire ends the old credential and no other, and a repeat does no harm',
    skip: ({ capabilities }, strategy) => whyNothingRetires(capabilities, strategy),
    async play(world) {
      const gone = world.secret.first
      const current = await proposed(world, gone)
      await applied(world, gone, current)
      const as = changer(world)
      // A target that does not show the old one cannot tell a repeat.
      for (const wanted of [['retired'], ['already', 'retired']]) {
        const { result } = await withDirect(world, { current, gone }, (session) =>
          session.exclusive({
            as,
            work: () =>
              session.retire?.({ gone: 'gone', keep: 'current', as }) ??
              Promise.reject(new Error('it says `retires`, and its sessions have no `retire`')),
          }),
        )
        if (!wanted.includes(result)) return `retire answers ${result} instead of ${wanted.join(' or ')}`
        if (await world.signsIn(gone)) return `retire answers ${result}, and the old credential signs in`
        if (!(await world.signsIn(current))) return 'retire ends the credential that is to be kept'
      }
      return undefined
    },
  },
  {
    key: 'two-live',
    of: ['chosen'],
    name: 'with a strategy of class A the old credential signs in beside the new one',
    skip: (_provider, strategy) =>
      STRATEGIES[strategy].class === 'A'
        ? undefined
        : `${strategy} is of class ${STRATEGIES[strategy].class}`,
    async play(world) {
      const current = world.secret.first
      const pending = await proposed(world, current)
      await applied(world, current, pending)
      const state = await bothSignIn(world, current, pending)
      return state === 'current signs in, pending signs in' ? undefined : `after the change ${state}`
    },
  },
]

/**
 * A harmless one is repeated by whoever can sign in. A compare-and-swap is repeated as it was, as a late delivery does:
 * where the credential in force signs it, the sign-in is what is refused. An admin may refuse it too, since current signs
 * in no more: the engine never asks for that.
 */
async function secondApply(world: World, current: StoredSecret, pending: StoredSecret): Promise<string> {
  const refusedAs = (word: string) => (error: unknown) => {
    if (isQuarterturnError(error) && error.code === 'CURRENT_REFUSED') return word
    throw error
  }
  if (world.kit.provider.capabilities.repeat !== 'harmless')
    return await applied(world, current, pending).then(({ result }) => result, refusedAs('superseded'))
  const { verdict } = await withDirect(world, { current }, (session) =>
    session.probe({ who: 'current', at: 'writer' }),
  )
  const from = verdict === 'accepted' ? 'current' : 'pending'
  const again = applied(world, current, pending, { from }).then(({ result }) => result)
  return from === 'pending' && changer(world) === 'admin'
    ? await again.catch(refusedAs('applied'))
    : await again
}
