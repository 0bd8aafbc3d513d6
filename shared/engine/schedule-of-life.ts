import type { StepContext } from './context.ts'
import type { MintAnswers } from './known-mint.ts'
import { MOST_BYTES } from './mintable.ts'

const DAY_MS = 86_400_000
const UNITS: Readonly<Record<string, number>> = { hour: DAY_MS / 24, day: DAY_MS }

/** How long the schedule of the secret lets a credential be in use, in milliseconds; undefined where it does not say so. */
function intervalOf({ rotationRules }: StepContext): number | undefined {
  const { AutomaticallyAfterDays, ScheduleExpression = '' } = rotationRules ?? {}
  const { count, unit } = /^rate\((?<count>\d+) (?<unit>hour|day)s?\)$/.exec(ScheduleExpression)?.groups ?? {}
  if (count !== undefined) return Number(count) * (UNITS[unit ?? ''] ?? DAY_MS)
  return AutomaticallyAfterDays === undefined ? undefined : AutomaticallyAfterDays * DAY_MS
}

/**
 * How long from now a credential has to live until the next rotation begins, in milliseconds; 0 where nothing says so. Of a
 * `cron` expression the date tells, which is that of this very rotation until it has ended.
 */
export const lifeNeeded = (c: StepContext): number =>
  Math.max(intervalOf(c) ?? 0, (c.nextRotationAt ?? 0) - c.input.clock.now(), 0)

/** Whether what the target would issue can be stored, and lives until the next rotation. */
export function fitOf(c: StepContext): MintAnswers['fit'] {
  const current = (c.versions.current ?? c.need('own')).stored.reveal()
  // The credential that is replaced is of the size of the next one.
  if (Buffer.byteLength(JSON.stringify(current)) > MOST_BYTES) return 'too large'
  const longest = c.provider?.capabilities.mint?.longestLifeMs
  return longest !== undefined && lifeNeeded(c) >= longest ? 'too short-lived' : 'fits'
}
