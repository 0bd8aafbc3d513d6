import type { StoredSecret } from '../../provider/contract.ts'
import type { LiveCredential, Mark } from '../../provider/mint.ts'
import { changer, identityOf, withDirect } from '../world/direct.ts'
import { idOf, issued, KIT_MARK, letSettle, withMints } from '../world/minting.ts'
import type { World } from '../world/world.ts'
import type { Claim } from './claim.ts'
import { whyNothingRetires } from './retirement.ts'

/** Of another secret, and of another rotation of it. */
const ANOTHERS: Mark = { secret: 'aaaabbbbccccdddd', token: '0000111122223333', attempt: 7 }

/** A target may tell the time to the second. */
const TIME_MS = 1_000

/** What a provider claims of what lives at the target. */
export const LIST_CLAIMS: readonly Claim[] = [
  {
    key: 'list',
    of: ['beside'],
    name: 'list shows every live credential of the account, whoever made it, and no other',
    async play(world) {
      const current = world.secret.first
      const id = idOf(await issued(world, current))
      const before = await mismatch(world, current)
      if (before !== undefined) return before
      if (world.target.issueByHand !== undefined) await world.others.issue()
      const beside = await mismatch(world, current)
      if (beside !== undefined) return `${beside}, when somebody has made one by hand`
      await withMints(world, current, ({ revoke }, as) => revoke({ id, as }))
      const after = await mismatch(world, current)
      return after === undefined ? undefined : `${after}, when one was revoked`
    },
  },
  {
    key: 'marks',
    of: ['beside'],
    name: 'list gives back the mark of each credential, of another secret too, none for what was made by hand, and when it was made',
    skip: ({ capabilities }) =>
      capabilities.mint?.marked === true ? undefined : 'what is issued carries no mark',
    async play(world) {
      const current = world.secret.first
      const id = idOf(await issued(world, current, 3))
      const now = world.clock.now()
      const wanted = new Map<string, Mark | undefined>([[id, { ...KIT_MARK, attempt: 3 }]])
      if (world.target.issueByHand !== undefined) {
        wanted.set(await world.others.issue(ANOTHERS), ANOTHERS)
        wanted.set(await world.others.issue(), undefined)
      }
      const listed = await listedOf(world, current)
      for (const [which, mark] of wanted) {
        const one = listed.find((each) => each.id === which)
        if (JSON.stringify(one?.mark) !== JSON.stringify(mark))
          return mark === undefined
            ? '`list` gives a mark to a credential that somebody made by hand'
            : '`list` does not give back the mark that a credential was made with'
      }
      const createdAt = listed.find((each) => each.id === id)?.createdAt
      if (createdAt === undefined)
        return '`list` does not say when a credential was made: nothing would sweep it'
      return Math.abs(createdAt - now) <= TIME_MS
        ? undefined
        : '`createdAt` is not the time at which it was made, by `now` of the kit'
    },
  },
  {
    key: 'readable',
    of: ['beside'],
    name: 'list gives the whole value of what was issued where `readable` says so, and nowhere else',
    async play(world) {
      const current = world.secret.first
      const { id, value } = await issued(world, current)
      letSettle(world)
      const read = (await listedOf(world, current)).find((one) => one.id === id)?.value
      if (world.kit.provider.capabilities.mint?.readable !== true)
        return read === undefined ? undefined : 'it is not `readable`, and `list` gives a value'
      if (read === undefined) return 'it is `readable`, and `list` gives no value'
      const [is, wanted] = [identityOf(world, read), identityOf(world, value)]
      if (is.credential !== wanted.credential || is.id !== wanted.id)
        return 'what `list` gives is another credential than what was issued'
      return (await world.signsIn(read)) ? undefined : 'what `list` gives is refused'
    },
  },
  {
    key: 'retire-issued',
    of: ['beside'],
    name: 'retire ends the old credential and no other, and a repeat does no harm',
    skip: ({ capabilities }, strategy) => whyNothingRetires(capabilities, strategy),
    async play(world) {
      const gone = world.secret.first
      const { value: current } = await issued(world, gone)
      letSettle(world)
      const as = changer(world)
      for (const wanted of [['retired'], ['already', 'retired']]) {
        const retired = await withDirect(world, { current, gone }, async (session) =>
          session.retire?.({ gone: 'gone', keep: 'current', as }),
        )
        if (retired === undefined) return 'it says `retires`, and its sessions have no `retire`'
        if (!wanted.includes(retired.result))
          return `retire answers ${retired.result} instead of ${wanted.join(' or ')}`
        if (await world.signsIn(gone))
          return `retire answers ${retired.result}, and the old credential signs in`
        if (!(await world.signsIn(current))) return 'retire ends the credential that is to be kept'
      }
      return await world.others.touched()
    },
  },
  {
    key: 'retire-kept',
    of: ['beside'],
    name: 'retire does not end a credential that is to be kept',
    skip: ({ capabilities }, strategy) => whyNothingRetires(capabilities, strategy),
    async play(world) {
      const current = world.secret.first
      const retired = await withDirect(world, { current, gone: current }, async (session) =>
        session.retire?.({ gone: 'gone', keep: 'current', as: changer(world) }),
      )
      if (!(await world.signsIn(current))) return 'retire ends the credential that is to be kept'
      return retired?.result === 'cannot' ? undefined : `retire answers ${retired?.result} instead of cannot`
    },
  },
]

const listedOf = (world: World, current: StoredSecret): Promise<readonly LiveCredential[]> =>
  withMints(world, current, ({ list }, as) => list({ as }))

/** What lives, as the provider shows it, against what the target says. */
async function mismatch(world: World, current: StoredSecret): Promise<string | undefined> {
  const shown = (await listedOf(world, current)).map(({ id }) => id)
  const live = (await world.target.live?.()) ?? []
  const hidden = live.filter((id) => !shown.includes(id))
  if (hidden.length > 0) return `\`list\` hides ${hidden.length} of ${live.length} live credentials`
  if (shown.some((id) => !live.includes(id))) return '`list` shows a credential that does not live'
  return new Set(shown).size === shown.length ? undefined : '`list` shows a credential twice'
}
