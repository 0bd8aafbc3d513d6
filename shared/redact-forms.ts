import { inspect } from 'node:util'

/** Shorter values cannot be told from ordinary text: see {@link formsOf}. In UTF-16 units. */
export const SHORTEST = 4

/** A line of a longer value, such as a PEM key, is as secret as the whole when it has this many UTF-16 units. */
const LONG_LINE = 16

/**
 * Every way in which Quarterturn, its drivers or Node write a secret value into text: as it is, escaped for JSON
 * (also twice, as a SecretString inside a JSON body), for SQL, for `util.inspect`, percent-encoded, in base64,
 * base64url and hex, and as the bytes of a printed Buffer. Base64 is found inside a longer encoded text too, as in
 * an `Authorization: Basic` header. Long lines of a value of several lines count by themselves, since `util.inspect`
 * prints them apart.
 *
 * A value under {@link SHORTEST} has one form, itself: its encodings turn up by chance in version ids and ARNs.
 */
export function formsOf(value: string): readonly string[] {
  if (value.length < SHORTEST) return value === '' ? [] : [value]
  const lines = value.split(/\r?\n/).filter((line) => line.length >= LONG_LINE)
  const forms = [value, ...lines].flatMap(encodings)
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST)
}

function encodings(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  return [value, ...escaped(value), ...percentEncoded(value), ...base64(bytes), ...byteLists(bytes)]
}

function escaped(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const backslashes = value.replaceAll('\\', '\\\\')
  return [
    json,
    inspect(value).slice(1, -1),
    JSON.stringify(json).slice(1, -1),
    backslashes,
    // Standard SQL literals and identifiers, then E'' literals, then MySQL's backslash style and util.inspect.
    value.replaceAll("'", "''"),
    value.replaceAll('"', '""'),
    backslashes.replaceAll("'", "''"),
    backslashes.replaceAll("'", "\\'"),
    backslashes.replaceAll('"', '\\"'),
    backslashes.replaceAll(/['"]/g, '\\$&'),
  ]
}

function percentEncoded(value: string): readonly string[] {
  // A lone surrogate has no UTF-8 form and makes encodeURI throw; Buffer and URLSearchParams replace it likewise.
  const sound = value.toWellFormed()
  const component = encodeURIComponent(sound)
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = new URLSearchParams([['', sound]]).toString().slice(1)
  const forms = [encodeURI(sound), component, strict, query]
  return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))]
}

function base64(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('base64')
  const forms = [whole, whole.replaceAll('=', ''), ...[0, 1, 2].map((before) => embedded(bytes, before))]
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))]
}

/** The base64 characters that depend on the value alone when `before` bytes (modulo 3) stand in front of it. */
function embedded(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
}

function byteLists(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex')
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const numbers = [...bytes].join(',')
  return [hex, hex.toUpperCase(), pairs, numbers, numbers.replaceAll(',', ', ')]
}
