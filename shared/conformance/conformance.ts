import { everyCrash, RECOVERIES, type Recovery } from './cases/crash.ts'
import type { ConformanceOptions } from './options.ts'
import { Skipped, Trial } from './points.ts'

/** What became of a case that did not fail. */
export interface CaseResult {
  readonly name: string
  readonly outcome: 'held' | 'skipped'
  /** Why it was skipped. */
  readonly reason?: string
  /** How many points were tried; all of them held. */
  readonly points: number
  readonly notes: readonly string[]
}

/** One promise, stated by its name. */
export interface ConformanceCase {
  readonly name: string
  /** Tries it. Rejects with a `ConformanceFailure` when it does not hold; a case that cannot be tried says why. */
  run(): Promise<CaseResult>
}

/** A case before it has a provider: what it tries, or why it cannot. */
interface Draft {
  readonly name: string
  readonly body: (trial: Trial) => Promise<Skipped | undefined>
}

/**
 * Every case for a provider, whether it applies or not: whoever runs them sees each name. The cases share nothing and
 * may run in any order; one at a time is meant.
 */
export function conformanceCases(options: ConformanceOptions): readonly ConformanceCase[] {
  const drafts = draftsFor(options)
  const unknown = Object.keys(options.skip ?? {}).filter((name) =>
    drafts.every((draft) => draft.name !== name),
  )
  if (unknown.length > 0) throw new Error(`there is no case called ${unknown.join(', ')}`)
  return drafts.map((draft) => ({ name: draft.name, run: () => run(options, draft) }))
}

async function run(options: ConformanceOptions, { name, body }: Draft): Promise<CaseResult> {
  const skipped = (reason: string): CaseResult => ({ name, outcome: 'skipped', reason, points: 0, notes: [] })
  const unwanted = options.skip?.[name]
  if (unwanted !== undefined) return skipped(unwanted)
  const trial = new Trial(options, name)
  const answer = await body(trial)
  if (answer instanceof Skipped) return skipped(answer.reason)
  if (options.only !== undefined && trial.held === 0) return skipped('`only` names a point of another case')
  return { name, outcome: 'held', points: trial.held, notes: trial.notes }
}

function draftsFor({ provider }: ConformanceOptions): readonly Draft[] {
  const { strategies } = provider.capabilities
  const recoveries = Object.keys(RECOVERIES) as Recovery[]
  return strategies.flatMap((strategy) =>
    recoveries.map((recovery) => ({
      name: `${strategy}: killed before and after every call, it is never locked out and recovers by ${recovery}`,
      body: (trial: Trial) => everyCrash(trial, strategy, recovery),
    })),
  )
}
