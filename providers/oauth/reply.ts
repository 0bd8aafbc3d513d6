import type { HttpReply } from '../../shared/http/index.ts'

/** Of a JSON reply; undefined when it is anything else. */
export function jsonOf({ body }: HttpReply): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What stands at a place such as `data.0.id` of a reply; undefined where there is nothing. */
export function at(body: unknown, place: string): unknown {
  let value: unknown = body
  for (const part of place.split('.')) {
    // Of what came, and not of what every object has.
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

export function textAt(body: unknown, place: string | undefined): string | undefined {
  const value = place === undefined ? undefined : at(body, place)
  return typeof value === 'string' ? value : undefined
}

/** In milliseconds since the epoch; undefined where there is no time, or none that can be read. */
export function timeAt(
  body: unknown,
  place: string | undefined,
  form: 'iso' | 'seconds',
): number | undefined {
  const value = place === undefined ? undefined : at(body, place)
  if (form === 'seconds') {
    const time = typeof value === 'number' && value > 0 ? new Date(value * 1_000).getTime() : Number.NaN
    return Number.isNaN(time) ? undefined : time
  }
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

/** How targets say that a list goes on: Microsoft's, HAL's and Google's, and what many have of their own. */
const NEXT = [
  '@odata.nextLink',
  'nextLink',
  '_links',
  'nextPageToken',
  'next_page_token',
  'next_cursor',
  'next',
]

/** A list of which this is a part only: what is not in it may live all the same. */
export function goesOn({ headers }: HttpReply, body: unknown): boolean {
  if (/\brel\s*=\s*(?:"[^"]*\bnext\b|'[^']*\bnext\b|next\b)/i.test(String(headers['link'] ?? ''))) return true
  if (typeof body !== 'object' || body === null) return false
  return NEXT.some((name) => {
    const value: unknown = Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined
    return name === '_links' ? isThere(at(value, 'next')) : isThere(value)
  })
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== ''
