import { test } from 'vitest'
import { playByChance } from './simulation/chance.ts'
import { MISTAKES } from './simulation/mistakes.ts'
import { World } from './simulation/world.ts'

const rnd = (seed: number) => () => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed >>> 8 }
const kinds = ['single', 'dual-self', 'dual-admin', 'pair', 'alternating'] as const
test('sound', async () => {
  for (const kind of kinds) {
    const t = Date.now(); let n = 0
    for (; Date.now() - t < 12000; n++) {
      const r = rnd(n + 1)
      const w = new World({ kind, tokens: 3, invocations: 2 })
      const b = await playByChance(w, Array.from({ length: 30 }, r))
      if (b) { console.log(kind, n, b, '\n' + w.trace.join('\n')); break }
    }
    console.log(kind, n)
  }
}, 1e6)
test('mistakes', async () => {
  for (const m of MISTAKES) {
    const t = Date.now(); let n = 0; let b: string | undefined
    for (; Date.now() - t < 10000 && !b; n++) {
      const r = rnd(n + 1)
      const w = new World({ tokens: 3, invocations: 2, ...m.world })
      b = await playByChance(w, Array.from({ length: 30 }, r))
    }
    console.log(m.name, '|', n, Date.now() - t, 'ms', b)
  }
}, 1e6)
