/**
 * Explores every state of a few rotations with the shipped decisions, beyond what the tests have time for:
 *
 *   npm run explore -- [KIND…] [--tokens 3] [--invocations 2] [--edits 0]
 *
 * Prints the states seen for each kind of target; ends with 1 and the shortest story when a promise breaks.
 */
import { parseArgs } from 'node:util'
import { decide } from '../shared/engine/decide.ts'
import { explore } from '../test/exploration/explore.ts'
import { TARGET_KINDS, type TargetKind } from '../test/simulation/target.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tokens: { type: 'string', default: '3' },
    invocations: { type: 'string', default: '2' },
    edits: { type: 'string', default: '0' },
  },
})

const count = (name: keyof typeof values): number => {
  const number = Number(values[name])
  if (Number.isInteger(number) && number >= 0) return number
  process.stderr.write(`--${name} must be a whole number\n`)
  process.exit(2)
}

const isKind = (name: string): name is TargetKind => TARGET_KINDS.some((kind) => kind === name)
const unknown = positionals.find((name) => !isKind(name))
if (unknown !== undefined) {
  process.stderr.write(`${unknown} is no kind of target; there are ${TARGET_KINDS.join(', ')}\n`)
  process.exit(2)
}

const bounds = { tokens: count('tokens'), invocations: count('invocations'), edits: count('edits') }
const kinds = positionals.length === 0 ? TARGET_KINDS : positionals.filter(isKind)
const machine = { decide, rules: { locks: true, changesInLockedSession: true } }
for (const kind of kinds) {
  const startedAt = performance.now()
  const { states, broken, trace } = await explore(kind, bounds, machine)
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0)
  console.log(`${kind}: ${states} states, ${broken ?? 'all promises hold in each'}, ${seconds} s`)
  if (broken === undefined) continue
  for (const label of trace) console.log(`  ${label}`)
  process.exitCode = 1
}
