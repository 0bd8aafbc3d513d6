import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { Explored } from './explore.ts'
import { nameOf, type Run } from './program.ts'
import type { Tried } from './rules.ts'

const FILE = join(import.meta.dirname, 'record.json')

const RunRecord = z.object({
  name: z.string(),
  states: z.number(),
  /** Actions of the longest of the shortest ways. */
  depth: z.number(),
  seconds: z.number(),
  isComplete: z.boolean(),
  /** What broke; empty: every promise holds in each state. */
  broken: z.array(z.string()),
})
export type RunRecord = z.infer<typeof RunRecord>

const RuleRecord = z.object({
  rule: z.string(),
  range: z.string(),
  states: z.number(),
  isComplete: z.boolean(),
  found: z
    .object({ promise: z.string(), how: z.string(), actions: z.number(), story: z.array(z.string()) })
    .optional(),
})
export type RuleRecord = z.infer<typeof RuleRecord>

/** What `npm run explore -- --record` saw last; the page in `docs/` is made from it, and the tests compare. */
const Record = z.object({ runs: z.array(RunRecord), rules: z.array(RuleRecord) })
export type Record = z.infer<typeof Record>

export const readRecord = (): Record => Record.parse(JSON.parse(readFileSync(FILE, 'utf8')))

export const recordOfRun = (run: Run, explored: Explored, seconds: number): RunRecord => ({
  name: nameOf(run),
  states: explored.states,
  depth: explored.depth,
  seconds: Math.round(seconds),
  isComplete: explored.isComplete,
  broken: Object.values(explored.found).map(({ promise, how }) => `${promise}: ${how}`),
})

export function recordOfRule(tried: Tried, range: string): RuleRecord {
  const { rule } = tried.rule
  return {
    rule,
    range,
    states: tried.states,
    isComplete: tried.isComplete,
    ...(tried.found && {
      found: { ...tried.found, story: [...tried.found.story] },
    }),
  }
}

/** Takes a result into the record, in the place of an earlier one. */
export function keep(change: { readonly run?: RunRecord; readonly rule?: RuleRecord }): void {
  const record = readRecord()
  const { run, rule } = change
  const runs = run === undefined ? record.runs : [...record.runs.filter(({ name }) => name !== run.name), run]
  const rules =
    rule === undefined ? record.rules : [...record.rules.filter((one) => one.rule !== rule.rule), rule]
  writeFileSync(FILE, `${JSON.stringify({ runs, rules }, undefined, 2)}\n`)
}
