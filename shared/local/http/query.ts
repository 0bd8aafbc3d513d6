import { LocalAwsError } from '../errors.ts'

/** More than any request of STS has. */
const MOST_MEMBERS = 500
const DEEPEST = 6

interface Group {
  [name: string]: unknown
}

/**
 * The members of a request in the Query protocol: `Tags.member.1.Key=a` is the first of `Tags`.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function membersOf(body: string): Readonly<Record<string, unknown>> {
  const pairs = [...new URLSearchParams(body)]
  if (pairs.length > MOST_MEMBERS) throw malformed()
  const root: Group = Object.create(null)
  for (const [path, value] of pairs) place(root, path.split('.'), value)
  return withLists(root) as Record<string, unknown>
}

function place(root: Group, path: readonly string[], value: string): void {
  if (path.length > DEEPEST || path.includes('')) throw malformed()
  let group = root
  for (const name of path.slice(0, -1)) {
    group[name] ??= Object.create(null)
    const next = group[name]
    if (typeof next !== 'object' || next === null) throw malformed()
    group = next as Group
  }
  const last = path.at(-1) ?? ''
  if (group[last] !== undefined) throw malformed()
  group[last] = value
}

function withLists(group: Group): unknown {
  const { member, ...others } = group
  if (typeof member === 'object' && member !== null && Object.keys(others).length === 0) {
    const entries = Object.entries(member).map(([index, item]) => [Number(index), item] as const)
    if (entries.some(([index]) => !Number.isInteger(index))) throw malformed()
    return entries.sort(([a], [b]) => a - b).map(([, item]) => plain(item))
  }
  return Object.fromEntries(Object.entries(group).map(([name, item]) => [name, plain(item)]))
}

const plain = (item: unknown): unknown =>
  typeof item === 'object' && item !== null ? withLists(item as Group) : item

const malformed = () => new LocalAwsError('SerializationException', 'The request could not be read.')

/** Elements in the order of the members; dates in ISO 8601; what is undefined is left out. */
export function toXml(members: object): string {
  return Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${inner(value)}</${name}>`)
    .join('')
}

function inner(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' && value !== null ? toXml(value) : escaped(String(value))
}

/** Characters that XML 1.0 cannot carry at all become a question mark. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '?')
    .replaceAll(/[<>&"\r]/g, (char) => `&#${char.charCodeAt(0)};`)
