import { type Draft, draftsFor } from './list.ts'
import type { ConformanceOptions } from './options.ts'
import { Skipped, Trial } from './points.ts'

/** A case whose points all held. */
export interface CaseHeld {
  readonly name: string
  readonly outcome: 'held'
  /** How many points were tried. */
  readonly points: number
  /** What was counted, and what could not be tried. */
  readonly notes: readonly string[]
}

/** A case that was not tried. */
export interface CaseSkipped {
  readonly name: string
  readonly outcome: 'skipped'
  readonly reason: string
}

export type CaseResult = CaseHeld | CaseSkipped

/** One promise, stated by its name. */
export interface ConformanceCase {
  readonly name: string
  /** Tries it. Rejects with a `ConformanceFailure` when it does not hold; a case that cannot be tried says why. */
  run(): Promise<CaseResult>
}

/**
 * Every case for a provider, whether it applies or not: whoever runs them sees each name. The cases share nothing and
 * may run in any order; one at a time is meant.
 */
export function conformanceCases(options: ConformanceOptions): readonly ConformanceCase[] {
  const drafts = draftsFor(options.provider)
  const unknown = Object.keys(options.skip ?? {}).filter((name) =>
    drafts.every((draft) => draft.name !== name),
  )
  if (unknown.length > 0) throw new Error(`there is no case called ${unknown.join(', ')}`)
  for (const [name, reason] of Object.entries(options.skip ?? {}))
    if (reason.trim() === '') throw new Error(`\`skip\` gives no reason for: ${name}`)
  for (const count of ['atOnce', 'kills'] as const) {
    const { [count]: given = 1 } = options
    if (!Number.isInteger(given) || given < 1)
      throw new Error(`\`${count}\` must be a whole number from 1 on, and is ${given}`)
  }
  return drafts.map((draft) => ({ name: draft.name, run: () => run(options, draft) }))
}

async function run(options: ConformanceOptions, { name, body }: Draft): Promise<CaseResult> {
  const skipped = (reason: string): CaseSkipped => ({ name, outcome: 'skipped', reason })
  const unwanted = options.skip?.[name]
  if (unwanted !== undefined) return skipped(unwanted)
  const trial = new Trial(options, name)
  const answer = await body(trial)
  if (answer instanceof Skipped) return skipped(answer.reason)
  if (options.only !== undefined && trial.held === 0) return skipped('`only` names a point of another case')
  // A case that tries nothing would hold whatever the provider does.
  if (trial.held === 0) throw new Error('nothing was tried: the case found no point')
  return { name, outcome: 'held', points: trial.held, notes: trial.allNotes }
}
