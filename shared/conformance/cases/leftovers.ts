import type { Strategy } from '../../provider/contract.ts'
import type { Point, Trial } from '../points.ts'
import { wayOn } from '../world/carry-on.ts'
import { strayMints } from '../world/minting.ts'
import { lockedOut, nextRotationFails, notFinished } from '../world/promises.ts'
import { isKilledAfter, loseMint } from '../world/recording.ts'

/** What an interrupted rotation had issued: nobody knows its value, and for a while somebody may. */
export async function everyLeftover(trial: Trial, strategy: Strategy): Promise<undefined> {
  const young: Point = {
    id: `leftover/${strategy}/young`,
    strategy,
    expects: 'the next rotation does not end what somebody may still have in hand',
    async play(world) {
      await isKilledAfter(world, 'createSecret', world.secret.rotate(), 'mint')
      world.secret.abandon()
      const [left] = await strayMints(world)
      if (left === undefined) return 'a mint whose reply was lost left nothing: `live` does not show it'
      const error = await world.deliverAll(world.secret.rotate())
      if (error !== undefined && (await wayOn(world, error)) === undefined)
        return `always converges: the next rotation ended in ${error}`
      if (!(await strayMints(world)).includes(left))
        return 'touches only what nobody has in hand: a credential was ended that was issued a moment ago'
      world.secret.abandon()
      return (await lockedOut(world)) ?? (await nextRotationFails(world))
    },
  }
  const old: Point = {
    id: `leftover/${strategy}/old`,
    strategy,
    expects: 'when nobody can have it in hand any more, the next rotation ends it',
    async play(world) {
      await loseMint(world)
      const token = world.secret.rotate()
      const error = await world.deliverAll(token)
      if (error !== undefined) return `always converges: the next rotation ended in ${error}`
      const left = await strayMints(world)
      if (left.length > 0) return `no orphans: what nobody stored lives on after the next rotation`
      return (await notFinished(world, token)) ?? (await nextRotationFails(world))
    },
  }
  await trial.all([young, old])
  return undefined
}
