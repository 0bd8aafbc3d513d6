import { invalidParameter } from '../errors.ts'
import { cronOpenings } from './cron.ts'

/** As RotateSecret takes them. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number | undefined
  readonly Duration?: string | undefined
  readonly ScheduleExpression?: string | undefined
}

/** A time in which a scheduled rotation may start, in milliseconds since the epoch. */
export interface RotationWindow {
  readonly opensAtMs: number
  /** What DescribeSecret shows as `NextRotationDate`: the latest moment, no forecast. */
  readonly closesAtMs: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface Schedule {
  /** The first opening after `fromMs`. */
  readonly opening: (fromMs: number) => number
  readonly isHourly: boolean
  /** What AutomaticallyAfterDays reads back as. */
  readonly days: number
}

/**
 * Throws `InvalidParameterException` for rules that AWS's page forbids: both kinds of schedule at once, a cadence
 * under 4 hours or over 999 days, a cron with other minutes than 0, a window past the UTC day.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 */
export function checkRules(rules: RotationRules): void {
  const { AutomaticallyAfterDays, ScheduleExpression, Duration } = rules
  if (AutomaticallyAfterDays !== undefined && ScheduleExpression !== undefined)
    throw invalidParameter('You can specify AutomaticallyAfterDays or ScheduleExpression, but not both.')
  const hours = Duration === undefined ? undefined : Number.parseInt(Duration, 10)
  if (hours !== undefined && (hours < 1 || hours > 24))
    throw invalidParameter('The Duration must be between 1h and 24h.')
  if (AutomaticallyAfterDays === undefined && ScheduleExpression === undefined) return
  const window = nextWindow(rules, 0)
  const startHour = new Date(window.opensAtMs).getUTCHours()
  if (hours !== undefined && startHour + hours > 24)
    throw invalidParameter('The rotation window must not extend into the next UTC day.')
  if (window.closesAtMs > scheduleOf(rules).opening(window.opensAtMs))
    throw invalidParameter('The rotation window must not extend into the next rotation window.')
}

/** The first window after `fromMs`: the last rotation, or when the schedule was set. The rules must be checked. */
export function nextWindow(rules: RotationRules, fromMs: number): RotationWindow {
  const schedule = scheduleOf(rules)
  const opensAtMs = schedule.opening(fromMs)
  const length = rules.Duration === undefined ? undefined : Number.parseInt(rules.Duration, 10) * HOUR_MS
  const dayEnds = Math.floor(opensAtMs / DAY_MS) * DAY_MS + DAY_MS
  return {
    opensAtMs,
    closesAtMs: opensAtMs + (length ?? (schedule.isHourly ? HOUR_MS : dayEnds - opensAtMs)) - 1000,
  }
}

/** `AutomaticallyAfterDays` as it reads back: given, or derived from the expression. */
export function daysOf(rules: RotationRules): number | undefined {
  if (rules.AutomaticallyAfterDays !== undefined) return rules.AutomaticallyAfterDays
  return rules.ScheduleExpression === undefined ? undefined : scheduleOf(rules).days
}

function scheduleOf({ AutomaticallyAfterDays, ScheduleExpression = '' }: RotationRules): Schedule {
  if (AutomaticallyAfterDays !== undefined) return daily(AutomaticallyAfterDays)
  const rate = /^rate\((\d{1,5}) (hour|hours|day|days)\)$/.exec(ScheduleExpression)
  if (rate !== null) {
    const count = Number(rate[1])
    return rate[2]?.startsWith('day') ? daily(count) : hourly(count)
  }
  const cron = /^cron\((.+)\)$/.exec(ScheduleExpression)
  if (cron === null) throw invalidParameter('The ScheduleExpression must be a rate() or a cron() expression.')
  const { opening, isHourly } = cronOpenings(cron[1] ?? '')
  const first = opening(0)
  return { opening, isHourly, days: Math.max(1, Math.round((opening(first) - first) / DAY_MS)) }
}

function daily(days: number): Schedule {
  if (days < 1 || days > 1000) throw invalidParameter('A rate in days must be between 1 and 999.')
  return {
    opening: (fromMs) => (Math.floor(fromMs / DAY_MS) + days) * DAY_MS,
    isHourly: false,
    days,
  }
}

function hourly(hours: number): Schedule {
  if (hours < 4 || hours > 999 * 24) throw invalidParameter('A rate in hours must be at least 4 hours.')
  return {
    opening: (fromMs) => (Math.floor(fromMs / HOUR_MS) + hours) * HOUR_MS,
    isHourly: true,
    days: Math.max(1, Math.round(hours / 24)),
  }
}
