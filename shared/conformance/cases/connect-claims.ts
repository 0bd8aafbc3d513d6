import { connectTo } from '../../network/connect.ts'
import type { Session } from '../../provider/contract.ts'
import { changer, proposed, withDirect } from '../world/direct.ts'
import { KIT_MARK } from '../world/minting.ts'
import type { World } from '../world/world.ts'
import type { Claim } from './claim.ts'

/** What a provider claims by having a target on the network. */
export const CONNECT_CLAIMS: readonly Claim[] = [
  {
    key: 'connect',
    name: 'every connection goes by `connect`, by which a deployment limits the hosts',
    needs: 'wire',
    async play(world) {
      let asked = 0
      const connect = connectTo(() => {
        asked += 1
        return Promise.reject(new Error('no host is allowed'))
      })
      const current = world.secret.first
      const pending = world.mints ? undefined : await proposed(world, current)
      for (const [what, operation] of operationsOf(world)) {
        const values = { current, ...(pending && { pending }) }
        const said = await withDirect(world, values, operation, { connect }).catch(() => undefined)
        if (said === 'accepted' || said === 'applied' || said === 'minted')
          return `${what} is \`${said}\` although \`connect\` allows no host`
      }
      return asked > 0 ? undefined : '`connect` is never asked'
    },
  },
]

type Operation = (session: Session) => Promise<string | undefined>

/** Those that a target takes part in, each with the word for what it did. */
function operationsOf(world: World): readonly (readonly [what: string, Operation])[] {
  const as = changer(world)
  const probe =
    (at: 'writer' | 'consumer'): Operation =>
    async (session) =>
      (await session.probe({ who: 'current', at })).verdict
  const change: Operation = world.mints
    ? async (session) => (await session.mint?.({ from: 'current', as, mark: KIT_MARK }))?.result
    : async (session) =>
        await session.exclusive({
          as,
          work: async () => (await session.apply({ from: 'current', to: 'pending', as })).result,
        })
  return [
    ['a probe', probe('writer')],
    ['a probe where consumers sign in', probe('consumer')],
    ['a change', change],
  ]
}
