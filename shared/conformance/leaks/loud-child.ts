/** The process of `loud.ts`: its output is what is searched. Arguments: the module and the strategy. */
import { writeSync } from 'node:fs'
import { STRATEGIES } from '../../engine/strategies.ts'
import type { Strategy } from '../../provider/contract.ts'
import { allSortsOfRotations } from '../cases/quiet.ts'
import type { LoudModule } from '../options.ts'
import { World } from '../world/world.ts'
import { canaries } from './leaks.ts'

const [, , href = '', name = ''] = process.argv
const isStrategy = (text: string): text is Strategy => text in STRATEGIES
if (!isStrategy(name)) throw new Error(`there is no strategy ${name}`)
const module: LoudModule = await import(href)
const { options, close } = await module.default()
const world = await World.open(options, name)
try {
  await allSortsOfRotations(world)
  for (const canary of canaries(world)) writeSync(3, `${encodeURIComponent(canary)}\n`)
} finally {
  await world.close()
  await close()
}
