import { FOREIGN_KEY, identityOf, withDirect } from '../world/direct.ts'
import { ISSUED } from '../world/kinds.ts'
import { idOf, issued, KIT_MARK, letSettle, mintsOf, revoked, withMints } from '../world/minting.ts'
import type { World } from '../world/world.ts'
import type { Claim } from './claim.ts'

/** More at once than this is not tried. */
const MOST_TRIED = 12

/** What a provider claims of having a credential issued, and of ending one. */
export const MINT_CLAIMS: readonly Claim[] = [
  {
    key: 'mint',
    of: ISSUED,
    name: 'what is issued is another credential of the same account, signs in, and keeps every other key',
    async play(world) {
      const current = { ...world.secret.first, [FOREIGN_KEY]: { kept: ['as', 1, null] } }
      const before = (await liveIds(world)).length
      const { id, value } = await issued(world, current)
      const made = (await liveIds(world)).length - before
      if (made !== (endsAtOnce(world) ? 0 : 1))
        return `one mint makes ${made + (endsAtOnce(world) ? 1 : 0)} credentials`
      const [was, is] = [identityOf(world, current), identityOf(world, value)]
      if (is.account !== was.account) return 'what is issued is of another account'
      if (is.endpoint !== was.endpoint) return 'what is issued is sent somewhere else'
      if (is.credential === was.credential) return 'what is issued is the credential in force'
      if (id !== undefined && is.id !== id) return '`mint` answers another id than `identity` of its value'
      const lost = Object.keys(current).find((key) => !(key in value))
      if (lost !== undefined) return `\`mint\` drops the key \`${lost}\``
      if (JSON.stringify(value[FOREIGN_KEY]) !== JSON.stringify(current[FOREIGN_KEY]))
        return '`mint` changes a key that it does not know'
      letSettle(world)
      if (!(await world.signsIn(value))) return 'what is issued is refused'
      if (endsAtOnce(world))
        return (await world.signsIn(current)) ? 'a mint in place leaves the old credential alive' : undefined
      return (await world.signsIn(current)) ? undefined : 'the current credential is refused after a mint'
    },
  },
  {
    key: 'settles',
    of: ISSUED,
    name: 'a probe takes what was issued within the time that `settlesWithinMs` says, at once without it',
    async play(world) {
      const current = world.secret.first
      const { value: pending } = await issued(world, current)
      letSettle(world)
      return await withDirect(world, { current, pending }, async (session) => {
        for (const at of ['writer', 'consumer'] as const) {
          const { verdict } = await session.probe({ who: 'pending', at })
          if (verdict === 'accepted') continue
          const { settlesWithinMs = 0 } = mintsOf(world)
          return `what was issued is ${verdict} ${settlesWithinMs === 0 ? 'at once, and there is no `settlesWithinMs`' : `after ${settlesWithinMs} ms`}`
        }
        return undefined
      })
    },
  },
  {
    key: 'mint-again',
    of: ['beside'],
    name: 'a second mint makes another credential, and the first goes on',
    skip: ({ capabilities }) =>
      (capabilities.mint?.livesAtOnce ?? 0) < 3 ? 'there is room for one beside the current one' : undefined,
    async play(world) {
      const current = world.secret.first
      const [one, two] = [await issued(world, current), await issued(world, current, 2)]
      if (one.id === two.id) return 'a second mint answers the id of the first'
      letSettle(world)
      for (const { value } of [one, two])
        if (!(await world.signsIn(value)))
          return 'of two credentials issued one after the other one is refused'
      return undefined
    },
  },
  {
    key: 'full',
    of: ['beside'],
    name: 'as many live at once as `livesAtOnce` says, and one more is `full` and changes nothing',
    skip: ({ capabilities }) =>
      (capabilities.mint?.livesAtOnce ?? 0) > MOST_TRIED
        ? `more may live at once than are tried, which are ${MOST_TRIED}`
        : undefined,
    async play(world) {
      const current = world.secret.first
      const { livesAtOnce } = mintsOf(world)
      for (let attempt = 1; (await liveIds(world)).length < livesAtOnce; attempt += 1)
        await issued(world, current, attempt)
      const before = await liveIds(world)
      const { result } = await withMints(world, current, ({ mint }, as) =>
        mint({ from: 'current', as, mark: { ...KIT_MARK, attempt: livesAtOnce } }),
      )
      const after = await liveIds(world)
      if (before.join() !== after.join())
        return `a mint past the limit is \`${result}\` and changes what lives`
      return result === 'full' ? undefined : `a mint past the limit is \`${result}\` instead of \`full\``
    },
  },
  {
    key: 'revoke',
    of: ['beside'],
    name: 'revoke ends the credential with that id and no other; a repeat, and an id that is none, are `already`',
    async play(world) {
      const current = world.secret.first
      const one = await issued(world, current)
      const [id, { value }] = [idOf(one), one]
      letSettle(world)
      const before = await liveIds(world)
      for (const wanted of ['revoked', 'already'] as const) {
        const answer = await revoked(world, current, id)
        if (answer !== wanted) return `revoke answers \`${answer}\` instead of \`${wanted}\``
        if (await world.signsIn(value)) return `revoke answers \`${answer}\`, and the credential signs in`
        if ((await liveIds(world)).join() !== before.filter((one) => one !== id).join())
          return 'revoke ends another credential than the one with that id'
        if (!(await world.signsIn(current))) return 'after a revoke the current credential is refused'
      }
      return undefined
    },
  },
  {
    key: 'revoke-hostile',
    of: ['beside'],
    name: 'an id with characters that mean something elsewhere ends nothing',
    async play(world) {
      const current = world.secret.first
      const id = idOf(await issued(world, current))
      const before = await liveIds(world)
      for (const hostile of hostileIds(id)) {
        const answer = await revoked(world, current, hostile).catch(() => 'an error')
        if ((await liveIds(world)).join() !== before.join())
          return `revoke of an id with further characters is ${answer}, and ends a credential`
        if (answer === 'revoked') return 'revoke of an id that is none answers `revoked`'
      }
      return undefined
    },
  },
  {
    key: 'grace',
    of: ['replacing'],
    name: 'the old credential goes on for as long as `graceMs` says, and ends when the mint says',
    skip: ({ capabilities }) =>
      capabilities.mint?.graceMs === undefined ? 'a mint ends the old credential at once' : undefined,
    async play(world) {
      const current = world.secret.first
      const { graceMs = 0 } = mintsOf(world)
      const begun = world.clock.now()
      const { oldExpiresAt } = await issued(world, current)
      if (oldExpiresAt !== undefined && oldExpiresAt < begun + graceMs)
        return 'the mint says that the old credential expires before `graceMs` is over'
      world.secret.pass(graceMs - 1_000)
      if (!(await world.signsIn(current))) return 'the old credential is refused before `graceMs` is over'
      if (oldExpiresAt === undefined) return undefined
      world.secret.pass(oldExpiresAt - world.clock.now() - 1_000)
      if (!(await world.signsIn(current))) return 'the old credential ends before the mint said'
      world.secret.pass(2_000)
      return (await world.signsIn(current)) ? 'the old credential outlives what the mint said' : undefined
    },
  },
  {
    key: 'mint-late',
    of: ['replacing'],
    name: 'a mint with a credential that was replaced makes nothing, and what replaced it goes on',
    skip: ({ capabilities }) =>
      capabilities.mint?.inPlace !== true
        ? 'what is replaced may have another one issued, or ends everything'
        : undefined,
    notOfAdmins: 'an admin has another one issued whatever became of the old one',
    async play(world) {
      const current = world.secret.first
      const { value } = await issued(world, current)
      letSettle(world)
      const late = await withMints(world, current, ({ mint }, as) =>
        mint({ from: 'current', as, mark: { ...KIT_MARK, attempt: 2 } }),
      ).catch(() => undefined)
      if (late?.result === 'minted') return 'a credential that was replaced has another one issued'
      return (await world.signsIn(value)) ? undefined : 'a late mint ends the credential in force'
    },
  },
  {
    key: 'lifetime',
    of: ISSUED,
    name: 'a credential lives as long as is said when it is issued, and no longer than `longestLifeMs`',
    async play(world) {
      const current = world.secret.first
      const { value, expiresAt } = await issued(world, current)
      const { longestLifeMs } = mintsOf(world)
      const now = world.clock.now()
      if (longestLifeMs !== undefined && (expiresAt === undefined || expiresAt > now + longestLifeMs))
        return 'there is a `longestLifeMs`, and what is issued is not said to expire by then'
      letSettle(world)
      world.secret.pass(expiresAt === undefined ? TEN_YEARS_MS : expiresAt - world.clock.now() - 1_000)
      if (!(await world.signsIn(value)))
        return expiresAt === undefined
          ? 'what is issued is not said to expire, and does'
          : 'what is issued expires before it is said to'
      if (expiresAt === undefined) return undefined
      world.secret.pass(2_000)
      return (await world.signsIn(value)) ? 'what is issued is said to expire, and does not' : undefined
    },
  },
]

function endsAtOnce(world: World): boolean {
  const { inPlace, consuming } = mintsOf(world)
  return inPlace === true || consuming === true
}

const TEN_YEARS_MS = 10 * 365 * 86_400_000

const liveIds = async ({ target }: World): Promise<readonly string[]> =>
  ((await target.live?.()) ?? []).toSorted()

/** Each would reach the credential, or another one, where it is put into an address as it is. */
const hostileIds = (id: string): readonly string[] => [
  `${id}?all=true`,
  `${id}#`,
  `${id}/`,
  `./${id}`,
  `x/../${id}`,
  `x/%2e%2e/${id}`,
  `${id}\r\nX: y`,
  '',
  '*',
]
