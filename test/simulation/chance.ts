import { happenings } from './happenings.ts'
import { convergence } from './promises.ts'
import type { World } from './world.ts'

/** Plays one happening for each number, then lets the world converge. Answers what broke, if anything did. */
export async function playByChance(world: World, numbers: readonly number[]): Promise<string | undefined> {
  for (const number of numbers) {
    const list = happenings(world)
    let at = number % list.reduce((sum, { weight }) => sum + weight, 0)
    const chosen = list.find(({ weight }) => {
      at -= weight
      return at < 0
    })
    if (chosen === undefined) break
    await world.play(chosen.label, chosen.play)
    if (world.broken !== undefined) return world.broken
  }
  return await convergence(world)
}
