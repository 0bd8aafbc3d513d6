import { schedulerInvalid } from './errors.ts'

const AT = /^at\((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\)$/

/**
 * When a one-time schedule is due, in milliseconds since the epoch. Throws `ValidationException` for what is no
 * expression, and for the recurring ones, which are not modelled.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function dueAt(expression: string, timezone: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    AT.exec(expression)?.slice(1).map(Number) ?? []
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second)
  const isReal = AT.test(expression) && expression === `at(${new Date(asUtc).toISOString().slice(0, 19)})`
  if (!isReal) throw invalidExpression(expression)
  // Once more with the offset of the first guess, for days on which the clocks change.
  const guess = asUtc - offsetMs(asUtc, timezone)
  return asUtc - offsetMs(guess, timezone)
}

function invalidExpression(expression: string) {
  if (/^(rate|cron)\(/.test(expression))
    return schedulerInvalid('Only one-time schedules are modelled locally: at(yyyy-mm-ddThh:mm:ss).')
  return schedulerInvalid(`Invalid Schedule Expression ${expression}.`)
}

/** How far the clocks there are ahead of UTC. */
function offsetMs(ms: number, timeZone: string): number {
  let parts: Intl.DateTimeFormatPart[]
  try {
    parts = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(ms)
  } catch {
    throw schedulerInvalid(`Invalid Schedule Expression Timezone ${timeZone}.`)
  }
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((candidate) => candidate.type === type)?.value)
  const there = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return there - Math.floor(ms / 1_000) * 1_000
}
