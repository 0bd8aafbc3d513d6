/**
 * Explores every state of a few rotations with the shipped decisions, beyond what the tests have time for. `HELP` tells
 * the options.
 */
import { parseArgs } from 'node:util'
import { type Explored, explore, type Range } from '../test/exploration/explore.ts'
import { BEYOND, IN_TESTS, inWords, nameOf, type Run } from '../test/exploration/program.ts'
import { keep, readRecord, recordOfRule, recordOfRun } from '../test/exploration/record.ts'
import { RULES, type RuleOut, SOUND, TWO, tryWithout } from '../test/exploration/rules.ts'
import { ENDLESS, KINDS, type Kind } from '../test/exploration/state.ts'

const HELP = `Explores every state of a few rotations with the shipped decisions, beyond what the tests have time for.

  npm run explore                          everything; hours
  npm run explore -- --quick               what the tests go through; minutes
  npm run explore -- [KIND…] [RANGE]       one range, for these kinds of target or all
  npm run explore -- --rules [--matching WORDS]
                                           every rule taken out, one after the other

KIND is ${KINDS.join(', ')}.

The range:
  --rotations N      rotations at once, or any (default ${TWO.rotations})
  --invocations N    invocations at once, or any (default ${TWO.invocations})
  --edits N          an operator writes a new AWSCURRENT up to N times (default 0)
  --containers HOW   cold, warm or both (default cold)
  --retires          retirements fire at any moment
  --any-token        steps are delivered also for rotations that were given up

  --most N           stop after N states (default 80000000)
  --record           keep the results in test/exploration/record.json; npm run docs makes the page of it
  --missing          only what is not in the record
  --help

Prints the states seen, and the shortest story where a promise breaks, which ends it with 1. Ctrl-C ends the run that is
going on and says how far it came.
`

const { values, positionals } = options()

function options() {
  try {
    return parse()
  } catch (error) {
    // Node's first sentence names the option.
    return wrong(
      `${error instanceof Error ? error.message.split('. ', 1)[0] : error}; npm run explore -- --help`,
    )
  }
}

function parse() {
  return parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      rotations: { type: 'string' },
      invocations: { type: 'string' },
      edits: { type: 'string' },
      containers: { type: 'string' },
      retires: { type: 'boolean' },
      'any-token': { type: 'boolean' },
      most: { type: 'string' },
      rules: { type: 'boolean' },
      matching: { type: 'string', default: '' },
      record: { type: 'boolean', default: false },
      missing: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  })
}

if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

function wrong(what: string): never {
  process.stderr.write(`${what}\n`)
  process.exit(2)
}

function count(name: 'rotations' | 'invocations' | 'edits' | 'most', otherwise: number): number {
  const text = values[name]
  if (text === undefined) return otherwise
  if (text === 'any') return ENDLESS
  const number = Number(text)
  return Number.isInteger(number) && number >= 0 ? number : wrong(`--${name} must be a whole number, or any`)
}

const isKind = (name: string): name is Kind => KINDS.some((kind) => kind === name)
const unknown = positionals.find((name) => !isKind(name))
if (unknown !== undefined) wrong(`${unknown} is no kind of target; there are ${KINDS.join(', ')}`)
const kinds = positionals.length === 0 ? KINDS : positionals.filter(isKind)

const CONTAINERS = ['cold', 'warm', 'both'] as const
const containers = CONTAINERS.find((one) => one === (values.containers ?? 'cold'))
if (containers === undefined) wrong(`--containers must be one of ${CONTAINERS.join(', ')}`)

const isOneRange = ['rotations', 'invocations', 'edits', 'containers', 'retires', 'any-token'].some(
  (name) => values[name as keyof typeof values] !== undefined,
)
const range: Range = {
  ...TWO,
  rotations: count('rotations', TWO.rotations),
  invocations: count('invocations', TWO.invocations),
  edits: count('edits', 0),
  containers,
  ...(values.retires === true ? { retires: true } : {}),
  ...(values['any-token'] === true ? { anyToken: true } : {}),
}

const stop = new AbortController()
process.on('SIGINT', () => {
  process.exitCode = 130
  stop.abort()
})
const isStopped = (): boolean => stop.signal.aborted

/** A line that is written over, where somebody is looking. */
function progress(name: string): (states: number, depth: number) => void {
  const startedAt = performance.now()
  return (states, depth) => {
    if (!process.stderr.isTTY) return
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0)
    process.stderr.write(`\r${name}: ${states} states, ${depth} actions, ${seconds} s `)
  }
}

async function carryOut(run: Run): Promise<void> {
  const startedAt = performance.now()
  const explored = await explore(run.kind, run.range, SOUND, {
    states: count('most', 80_000_000),
    progress: progress(nameOf(run)),
    signal: stop.signal,
  })
  const seconds = (performance.now() - startedAt) / 1_000
  if (process.stderr.isTTY) process.stderr.write('\r')
  console.log(
    `${nameOf(run)}: ${explored.states} states, longest way ${explored.depth}, ${seconds.toFixed(0)} s, ${verdict(explored)}`,
  )
  for (const found of Object.values(explored.found)) {
    process.exitCode = 1
    for (const line of found.story) console.log(`  ${line}`)
  }
  if (values.record && !isStopped()) keep({ run: recordOfRun(run, explored, seconds) })
}

const verdict = ({ found, isComplete }: Explored): string => {
  const broken = Object.values(found).map(({ promise, how }) => `${promise}: ${how}`)
  if (broken.length > 0) return broken.join('; ')
  return isComplete ? 'all promises hold in each' : 'not finished; all promises hold so far'
}

async function takeOutRules(): Promise<void> {
  const isWanted = ({ rule, isLong }: RuleOut): boolean =>
    rule.includes(values.matching) && !(values.quick && isLong === true)
  for (const rule of RULES.filter(isWanted)) {
    if (isStopped()) break
    const tried = await tryWithout(rule, stop.signal)
    const what =
      tried.found === undefined ? 'nothing breaks' : `${tried.found.promise}, ${tried.found.actions} actions`
    console.log(`without "${rule.rule}" (${rule.kind}): ${what}, ${tried.states} states`)
    for (const line of tried.found?.story ?? []) console.log(`  ${line}`)
    const isExpected =
      typeof rule.breaks === 'object' ? tried.found === undefined : tried.found?.promise === rule.breaks
    if (!isExpected && !isStopped()) process.exitCode = 1
    if (values.record && !isStopped()) keep({ rule: recordOfRule(tried, inWords({ ...TWO, ...rule.range })) })
  }
}

if (values.rules === true) await takeOutRules()
else {
  const runs: readonly Run[] = isOneRange
    ? kinds.map((kind) => ({ kind, range }))
    : [...IN_TESTS, ...(values.quick ? [] : BEYOND)].filter(({ kind }) => kinds.includes(kind))
  const known = values.missing ? readRecord().runs.map(({ name }) => name) : []
  for (const run of runs) if (!isStopped() && !known.includes(nameOf(run))) await carryOut(run)
  if (!isOneRange && !isStopped() && !values.missing) await takeOutRules()
}
