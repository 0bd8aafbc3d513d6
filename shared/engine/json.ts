/**
 * JSON that is stored again loses nothing: an integer too large for a double (an account number, an id) keeps its
 * digits by way of the source text (ECMAScript proposal "JSON.parse source text access", in V8 since 11.4).
 */
interface SourceTextJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
  rawJSON(source: string): unknown
}

const json: SourceTextJson = JSON as unknown as SourceTextJson

const keepDigits = (_key: string, value: unknown, context: { source?: string }): unknown =>
  typeof value === 'number' && context.source !== undefined && losesDigits(value, context.source)
    ? json.rawJSON(context.source)
    : value

const losesDigits = (value: number, source: string): boolean =>
  !Number.isFinite(value) ||
  (Number.isInteger(value) && !Number.isSafeInteger(value)) ||
  significant(source) > 15

const significant = (source: string): number =>
  source
    .replace(/e.*$/i, '')
    .replace(/[^0-9]/g, '')
    .replace(/^0+/, '').length

/** Parses the text of a secret. Throws a `SyntaxError` for anything that is not JSON. */
export const parseJson = (text: string): unknown => json.parse(text, keepDigits)

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
