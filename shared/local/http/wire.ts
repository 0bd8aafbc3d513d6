import { LocalAwsError } from '../errors.ts'

/** AWS JSON 1.1: dates are seconds since the epoch, binary is base64. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function encode(output: unknown): string {
  return JSON.stringify(output, function (this: unknown, key: string, value: unknown) {
    // A Date was already turned into text when it gets here; its holder still has it.
    const original: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value
    if (original instanceof Date) return original.getTime() / 1000
    if (original instanceof Uint8Array) return Buffer.from(original).toString('base64')
    return value
  })
}

/** How deep a request of this service goes, with room to spare. */
const DEEPEST = 8
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The members of a request. Throws `SerializationException` for what is no JSON object. A `null` counts as left out. */
export function decode(body: string): Record<string, unknown> {
  const parsed = withoutNulls(parse(body === '' ? '{}' : body), 0)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw malformed()
  const members: Record<string, unknown> = { ...parsed }
  const binary = members['SecretBinary']
  if (binary === undefined) return members
  if (typeof binary !== 'string' || !BASE64.test(binary)) throw malformed()
  return { ...members, SecretBinary: new Uint8Array(Buffer.from(binary, 'base64')) }
}

const malformed = () => new LocalAwsError('SerializationException', 'The request could not be read.')

/** Throws `SerializationException` for bytes that are no UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformed()
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw malformed()
  }
}

function withoutNulls(value: unknown, depth: number): unknown {
  // Half of a surrogate pair has no form in UTF-8: stored, it would come back as another character.
  if (typeof value === 'string' && !value.isWellFormed()) throw malformed()
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) throw malformed()
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth + 1))
  const kept = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member, depth + 1)]))
}
