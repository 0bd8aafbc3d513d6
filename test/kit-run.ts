/** The cases of the conformance kit as tests of a file, and what they came to at its end. */
import { writeFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import {
  type CaseOutcome,
  type ConformanceOptions,
  failureOf,
  pageOf,
  reportOf,
} from '../shared/conformance/index.ts'

/** One point alone: the story of a failure has the command. */
export const onePoint = process.env['QUARTERTURN_POINT']
/** Where the report goes, as `.json` and `.md`. Default: nowhere. */
const reportFile = process.env['QUARTERTURN_REPORT']
/**
 * How much of the kit is run, by `QUARTERTURN_KIT`: `short` is for every day, `whole` for CI, an hour, and `each` tries each
 * recovery from each point, which takes three times as long.
 */
const asked = process.env['QUARTERTURN_KIT'] ?? 'short'
if (!['short', 'whole', 'each'].includes(asked))
  throw new Error('QUARTERTURN_KIT is not `short`, `whole` or `each`; correct it, or remove it')
export const asksForEach = asked === 'each'
export const isShort = asked === 'short'

const RARE = /cut before every message of (the same rotation again|the next rotation, after)/
const ON_THE_WIRE = /cut before every message|held back/
export const TRIED_BY_EACH = 'QUARTERTURN_KIT=each tries it'
export const TRIED_BY_WHOLE = 'QUARTERTURN_KIT=whole tries it, as CI does'

export interface Scope {
  /** Whether short runs cut the wire there. */
  readonly cutsInShort: boolean
  /** Whether every run tries each recovery and the rarer scenes. Default: false. */
  readonly triesEach?: boolean
  /** The cases of whole runs, where others are tried with another target of the same code. Default: all. */
  readonly whole?: RegExp
  /** Of those, the ones of short runs. Default: all. */
  readonly short?: RegExp
}

/** Why this run leaves a case out; undefined: it does not. */
export function leftOutOfRun(
  name: string,
  { cutsInShort, triesEach = false, whole, short }: Scope,
): string | undefined {
  if (asksForEach) return undefined
  const isRare = RARE.test(name) && !triesEach
  if (isRare || whole?.test(name) === false) return TRIED_BY_EACH
  const isLong = ON_THE_WIRE.test(name) && !cutsInShort
  return isShort && (isLong || short?.test(name) === false) ? TRIED_BY_WHOLE : undefined
}

/** The cases that this run leaves out, with the reason of each, as the kit takes them. */
export const skippedOfRun = (
  cases: readonly { readonly name: string }[],
  scope: Scope,
  others: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    cases.flatMap(({ name }) => {
      const reason = others[name] ?? leftOutOfRun(name, scope)
      return reason === undefined ? [] : [[name, reason]]
    }),
  )

/** The longest case takes four minutes on two idle cores. */
const CASE_MS = 900_000

/** Plays one point again, whose name the kit gives. */
export const repeatBy =
  (file: string) =>
  (point: string): string =>
    `QUARTERTURN_KIT=${asked} QUARTERTURN_POINT=${JSON.stringify(point)} npm test -- ${file}`

export interface KitCase {
  readonly name: string
  readonly run: () => Promise<CaseOutcome>
}

/** Makes each a test. Must be called within a `describe`; `options` are those that the report is about. */
export function testEach(title: string, options: ConformanceOptions, cases: readonly KitCase[]): void {
  const startedAt = performance.now()
  const outcomes: CaseOutcome[] = []
  for (const { name, run } of cases)
    test(name, { timeout: CASE_MS }, async ({ skip }) => {
      const outcome = await run().catch((error: unknown) => {
        outcomes.push(failureOf(name, error))
        throw error
      })
      outcomes.push(outcome.outcome === 'held' ? { ...outcome, name } : outcome)
      if (outcome.outcome === 'skipped') return skip(outcome.reason)
      if (outcome.outcome !== 'held') return
      const notes = outcome.notes.join('; ')
      expect(notes, 'what was not covered').not.toMatch(/not met again|left out/)
      if (/keeps its class \(C\)/.test(name))
        expect(notes, 'where it is locked out').toMatch(/is refused from after .+ to .+, for \d+ calls/)
    })

  afterAll(async () => {
    const report = reportOf(options, outcomes)
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
    process.stdout.write(`${title}: ${report.points} points tried and held, in ${minutes} minutes\n`)
    for (const outcome of outcomes)
      if (outcome.outcome === 'held' && outcome.notes.some((note) => /points seen|SIGKILL/.test(note)))
        process.stdout.write(`${outcome.name}: ${outcome.notes.join('; ')}\n`)
    if (reportFile === undefined) return
    await writeFile(`${reportFile}.json`, JSON.stringify(report, undefined, 2))
    await writeFile(`${reportFile}.md`, pageOf(report))
  })
}
