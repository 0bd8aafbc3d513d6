import { createHash } from 'node:crypto'
import { invalidNextToken } from '../errors.ts'

/** Where a page ended: the sort key of its last item and, where keys are equal, that item's ARN or id. */
export interface Cursor {
  readonly key: number | string
  readonly id: string
}

/**
 * A `NextToken`: opaque, and good only for the request that it continues, without `MaxResults` and `NextToken`. `request`
 * is what must stay the same. Whether AWS insists on that is not published.
 */
function tokenFor(request: unknown, cursor: Cursor): string {
  const text = JSON.stringify([cursor.key, cursor.id])
  return Buffer.from(`${sealOf(request, text)}${text}`).toString('base64url')
}

/** Throws `InvalidNextTokenException` for a token that was not given for this request. */
function cursorFrom(request: unknown, token: string): Cursor {
  const decoded = Buffer.from(token, 'base64url').toString('utf8')
  const [seal, text] = [decoded.slice(0, SEAL_LENGTH), decoded.slice(SEAL_LENGTH)]
  if (seal !== sealOf(request, text) || Buffer.from(decoded).toString('base64url') !== token)
    throw invalidNextToken()
  const [key, id] = JSON.parse(text) as [number | string, string]
  return { key, id }
}

const SEAL_LENGTH = 16

/** Not against forgery, which would gain nothing, but so that a token is used as it was given. */
const sealOf = (request: unknown, text: string): string =>
  createHash('sha256').update(JSON.stringify(request)).update(text).digest('hex').slice(0, SEAL_LENGTH)

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextToken: string | undefined
}

export interface PageRequest<Item> {
  /** In any order. */
  readonly items: readonly Item[]
  /** By which they are sorted. */
  readonly cursorOf: (item: Item) => Cursor
  readonly isDescending?: boolean
  readonly limit: number
  readonly token: string | undefined
  /** What must be the same in the call that brings the token back. */
  readonly request: unknown
}

export function pageOf<Item>(asked: PageRequest<Item>): Page<Item> {
  const { cursorOf, limit, token, request } = asked
  const compare = asked.isDescending === true ? reversed : compareCursors
  const from = token === undefined ? undefined : cursorFrom(request, token)
  const rest = asked.items
    .map((item) => ({ item, cursor: cursorOf(item) }))
    .filter(({ cursor }) => from === undefined || compare(cursor, from) > 0)
    .sort((left, right) => compare(left.cursor, right.cursor))
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ item }) => item),
    nextToken: rest.length > limit && last !== undefined ? tokenFor(request, last.cursor) : undefined,
  }
}

function compareCursors(left: Cursor, right: Cursor): number {
  if (left.key !== right.key) return left.key < right.key ? -1 : 1
  return left.id === right.id ? 0 : left.id < right.id ? -1 : 1
}

const reversed = (left: Cursor, right: Cursor): number => compareCursors(right, left)
