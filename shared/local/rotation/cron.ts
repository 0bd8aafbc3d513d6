import { invalidParameter } from '../errors.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A day that exists at all comes round within 28 years, leap days on a given weekday included. */
const SEARCH_DAYS = 28 * 366

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

type DayTest = (day: Date) => boolean

/**
 * When `Minutes Hours DayOfMonth Month DayOfWeek Year` opens a window. Minutes must be `0`, the year `*`, one of the
 * two day fields `?`; hours take an increment (`/8`), the days `L`, `6L` and `3#2`. All in UTC.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 */
export function cronOpenings(expression: string): {
  readonly opening: (afterMs: number) => number
  readonly isHourly: boolean
} {
  const fields = expression.trim().split(/\s+/)
  const [minutes, hourField = '', dayOfMonth = '', month = '', dayOfWeek = '', year] = fields
  if (fields.length !== 6) throw refused('needs six fields')
  if (minutes !== '0') throw refused('must have 0 as its minutes')
  if (year !== '*') throw refused('must have * as its year')
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw refused('must have ? as exactly one of its day fields')
  const hours = numbersIn(hourField, 0, 23, [])
  const gaps = hours.map((hour, index) => (hours[index + 1] ?? 24 + (hours[0] ?? 0)) - hour)
  if (gaps.some((gap) => gap < 4)) throw refused('must leave at least 4 hours between rotations')
  const months = numbersIn(month, 1, 12, MONTHS)
  const isDay = dayOfWeek === '?' ? dayOfMonthTest(dayOfMonth) : dayOfWeekTest(dayOfWeek)
  const opening = (afterMs: number): number => {
    const today = Math.floor(afterMs / DAY_MS) * DAY_MS
    for (let ahead = 0; ahead <= SEARCH_DAYS; ahead += 1) {
      const dayMs = today + ahead * DAY_MS
      const day = new Date(dayMs)
      if (!months.includes(day.getUTCMonth() + 1) || !isDay(day)) continue
      const hour = hours.find((candidate) => dayMs + candidate * HOUR_MS > afterMs)
      if (hour !== undefined) return dayMs + hour * HOUR_MS
    }
    throw refused('names no day that exists')
  }
  return { opening, isHourly: hours.length > 1 }
}

const refused = (why: string) => invalidParameter(`The cron() expression ${why}.`)

function dayOfMonthTest(field: string): DayTest {
  if (field === 'L') return (day) => new Date(day.getTime() + DAY_MS).getUTCDate() === 1
  const days = numbersIn(field, 1, 31, [])
  return (day) => days.includes(day.getUTCDate())
}

/** Weekdays count from 1 for Sunday. */
function dayOfWeekTest(field: string): DayTest {
  const weekdayOf = (day: Date): number => day.getUTCDay() + 1
  const [, last] = /^(.+)L$/.exec(field) ?? []
  if (last !== undefined) {
    const [weekday] = numbersIn(last, 1, 7, WEEKDAYS)
    const isInLastWeek = (day: Date): boolean => {
      const inAWeek = new Date(day.getTime() + 7 * DAY_MS)
      return inAWeek.getUTCMonth() !== day.getUTCMonth()
    }
    return (day) => weekdayOf(day) === weekday && isInLastWeek(day)
  }
  const [, named, nth] = /^(.+)#([1-5])$/.exec(field) ?? []
  if (named !== undefined) {
    const [weekday] = numbersIn(named, 1, 7, WEEKDAYS)
    return (day) => weekdayOf(day) === weekday && Math.ceil(day.getUTCDate() / 7) === Number(nth)
  }
  const weekdays = numbersIn(field, 1, 7, WEEKDAYS)
  return (day) => weekdays.includes(weekdayOf(day))
}

/** The numbers that a field names: `*`, `5`, `1-5`, `1,15`, `/8`, `2/8`, `MON-FRI`; sorted. */
function numbersIn(field: string, low: number, high: number, names: readonly string[]): number[] {
  const number = (text: string): number => {
    const named = names.indexOf(text.toUpperCase())
    const value = named >= 0 ? named + low : Number(text)
    if (!/^[A-Za-z0-9]+$/.test(text) || !Number.isInteger(value) || value < low || value > high)
      throw refused(`has a field that is not between ${low} and ${high}`)
    return value
  }
  const found = field.split(',').flatMap((part) => {
    const [range = '', step] = part.split('/')
    const [from, to] = range === '*' || range === '' ? [low, high] : range.split('-').map(number)
    const first = from ?? low
    const last = to ?? (step === undefined ? first : high)
    const stride = step === undefined ? 1 : Number(step)
    if (!Number.isInteger(stride) || stride < 1 || last < first || (range === '' && step === undefined))
      throw refused('has a field that names nothing')
    return Array.from(
      { length: Math.floor((last - first) / stride) + 1 },
      (_, index) => first + index * stride,
    )
  })
  return [...new Set(found)].sort((a, b) => a - b)
}
