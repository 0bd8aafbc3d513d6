import type { StoredSecret } from '../../provider/contract.ts'
import { changer, proposed, withDirect } from '../world/direct.ts'
import type { World } from '../world/world.ts'
import type { Claim } from './claim.ts'

/** The part of this that a session waits for a lock is what its second holder has to endure, in milliseconds. */
const BUSY_MS = 2_000

const skip: Claim['skip'] = ({ capabilities }) =>
  capabilities.lock === 'none' ? 'the target has no lock' : undefined

/** What a provider claims of the lock of its target. */
export const LOCK_CLAIMS: readonly Claim[] = [
  {
    key: 'lock',
    name: 'while one session holds the lock no other does, and afterwards another can',
    skip,
    async play(world) {
      const current = world.secret.first
      const intruded = await withDirect(world, { current }, (first) =>
        first.exclusive({ as: changer(world), work: () => isFree(world, current, BUSY_MS) }),
      )
      if (intruded) return 'two sessions hold the lock at once'
      return (await isFree(world, current)) ? undefined : 'the lock cannot be taken again'
    },
  },
  {
    key: 'lock-change',
    name: 'a change does not give the lock back before the work is over',
    skip,
    async play(world) {
      const current = world.secret.first
      const pending = await proposed(world, current)
      const as = changer(world)
      const [result, intruded] = await withDirect(world, { current, pending }, (first) =>
        first.exclusive({
          as,
          work: async () => [
            (await first.apply({ from: 'current', to: 'pending', as })).result,
            await isFree(world, pending, BUSY_MS),
          ],
        }),
      )
      if (result !== 'applied') return `the change was ${result}`
      if (intruded) return 'after the change another session holds the lock, too'
      return (await isFree(world, pending)) ? undefined : 'the lock cannot be taken again'
    },
  },
]

/** Whether another session gets the lock, signed in by the value given. */
async function isFree(world: World, current: StoredSecret, timeLeftMs = 20_000): Promise<boolean> {
  let isIn = false
  const work = (): Promise<void> => {
    isIn = true
    return Promise.resolve()
  }
  await withDirect(world, { current }, (session) => session.exclusive({ as: changer(world), work }), {
    timeLeftMs,
  }).catch(() => undefined)
  return isIn
}
