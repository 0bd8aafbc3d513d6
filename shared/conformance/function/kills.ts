/** When a real process is killed: drawn from the seed, told by the calls that reach Secrets Manager. */
import type { Step } from '../../engine/known.ts'
import { createRandom } from '../../local/model/random.ts'

export interface Kill {
  readonly step: Step
  /** Counted from 1 within the step, as Secrets Manager sees them. */
  readonly call: number
  /** The call is not carried out; it is and the answer is lost; or the answer was sent this many milliseconds ago. */
  readonly when: 'before' | 'after' | number
}

/** A few milliseconds mostly, where the next thing begins; up to this where the target is being worked on. */
const LONGEST_DELAY_MS = 100

/**
 * `count` kills of a rotation whose steps make so many calls. Every call is killed before, after and a while after
 * before any of these comes again; a repeat is a while after, and another one.
 */
export function drawKills(calls: ReadonlyMap<Step, number>, count: number, seed: number): readonly Kill[] {
  const random = createRandom(seed)
  const delay = (): number => Math.floor((random.below(1_000) / 1_000) ** 2 * LONGEST_DELAY_MS)
  const moments = [...calls].flatMap(([step, most]) =>
    Array.from({ length: most }, (_, at) => ({ step, call: at + 1 })),
  )
  if (moments.length === 0) return []
  const kills: Kill[] = moments.flatMap((moment) => [
    { ...moment, when: 'before' as const },
    { ...moment, when: 'after' as const },
    { ...moment, when: delay() },
  ])
  const drawn: Kill[] = []
  while (drawn.length < count && kills.length > 0) drawn.push(...kills.splice(random.below(kills.length), 1))
  while (drawn.length < count) drawn.push({ ...moments[random.below(moments.length)], when: delay() } as Kill)
  return drawn
}

/** `setSecret call 3 before`, `setSecret call 3 +12 ms`. */
export const killId = ({ step, call, when }: Kill): string =>
  `${step} call ${call} ${typeof when === 'number' ? `+${when} ms` : when}`
