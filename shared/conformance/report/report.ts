import { STRATEGIES, type StrategyClass } from '../../engine/strategies.ts'
import type { Strategy } from '../../provider/contract.ts'
import { type CaseResult, conformanceCases } from '../conformance.ts'
import type { ConformanceOptions } from '../options.ts'
import { ConformanceFailure } from './story.ts'

/** A case whose promise did not hold. */
export interface CaseFailure {
  readonly name: string
  readonly outcome: 'failed'
  /** What `only` takes; absent when the case failed before its first point. */
  readonly point?: string
  /** The smallest story. */
  readonly story: string
}

export type CaseOutcome = CaseResult | CaseFailure

/** What was tried and what came of it; JSON. Holds no secret value. */
export interface ConformanceReport {
  readonly schema: 'quarterturn.conformance/1'
  readonly provider: string
  readonly seed: number
  readonly classes: readonly { readonly strategy: Strategy; readonly class: StrategyClass }[]
  /** Points that were played and held. */
  readonly points: number
  readonly cases: readonly CaseOutcome[]
}

/** Puts together what the cases came to, in the order given. Throws where `only` named a point and none was played. */
export function reportOf(
  { provider, seed = 1, only }: Pick<ConformanceOptions, 'provider' | 'seed' | 'only'>,
  cases: readonly CaseOutcome[],
): ConformanceReport {
  if (only !== undefined && cases.every(({ outcome }) => outcome === 'skipped'))
    throw new Error(`no point was played: \`only\` is ${JSON.stringify(only)}, which none is called here`)
  return {
    schema: 'quarterturn.conformance/1',
    provider: provider.name,
    seed,
    classes: provider.capabilities.strategies.map((strategy) => ({
      strategy,
      class: STRATEGIES[strategy].class,
    })),
    points: cases.reduce((sum, one) => sum + (one.outcome === 'held' ? one.points : 0), 0),
    cases,
  }
}

/** What a case was rejected with, as an outcome for the report. */
export const failureOf = (name: string, error: unknown): CaseFailure => ({
  name,
  outcome: 'failed',
  ...(error instanceof ConformanceFailure ? { point: error.point } : {}),
  story: error instanceof Error ? error.message : String(error),
})

/** Runs every case, one after another, without a test runner. Rejects only when the options are wrong. */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const outcomes: CaseOutcome[] = []
  for (const { name, run } of conformanceCases(options))
    outcomes.push(await run().catch((error: unknown) => failureOf(name, error)))
  return reportOf(options, outcomes)
}

/** The report as a page of Markdown. */
export function pageOf(report: ConformanceReport): string {
  const by = <O extends CaseOutcome['outcome']>(outcome: O) =>
    report.cases.filter((one): one is Extract<CaseOutcome, { outcome: O }> => one.outcome === outcome)
  const [failed, held, skipped] = [by('failed'), by('held'), by('skipped')]
  const classes = report.classes.map((one) => `\`${one.strategy}\` is of class ${one.class}`).join(', ')
  return [
    `# Conformance of ${report.provider}`,
    '',
    `${report.points} points tried and held, ${held.length} promises held, ${failed.length} broken, ${skipped.length} skipped. ${classes}. Seed ${report.seed}.`,
    ...section(
      'Broken',
      failed.map(({ name, story }) => `### ${name}\n\n\`\`\`\n${story}\n\`\`\``),
    ),
    ...table(
      'Held',
      ['Promise', 'Points', 'Notes'],
      held.map(({ name, points, notes }) => [name, String(points), notes.join('; ')]),
    ),
    ...table(
      'Skipped',
      ['Promise', 'Why'],
      skipped.map(({ name, reason }) => [name, reason]),
    ),
    '',
  ].join('\n')
}

const section = (title: string, parts: readonly string[]): readonly string[] =>
  parts.length === 0 ? [] : ['', `## ${title}`, '', ...parts]

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

const table = (
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] =>
  section(title, rows.length === 0 ? [] : [row(head), row(head.map(() => '---')), ...rows.map(row)])
