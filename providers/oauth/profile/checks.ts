import type { Field } from './parts.ts'
import { placeholdersOf, RESERVED, wholePathsOf } from './template.ts'

/** What has to be right in profiles of every kind. */

export interface Flaw {
  readonly path: (string | number)[]
  readonly message: string
}

export interface Text {
  readonly path: (string | number)[]
  readonly text: string
  /** Names that stand for something here beside fields. */
  readonly extra: readonly string[]
  /** It is for the server to compare, and goes to nowhere: an address may be in it. Default: only audiences are. */
  readonly isCompared?: boolean
}

/** What stands for something in every text. */
const EVERYWHERE = ['clientId', 'scope', 'audience']

/** `places`: parts of the profile, each with the field that has its origin. */
export function flawsOf(
  fields: Readonly<Record<string, Field>>,
  places: Readonly<Record<string, string>>,
  texts: readonly Text[],
): readonly Flaw[] {
  const found: Flaw[] = []
  for (const [part, origin] of Object.entries(places))
    if (fields[origin]?.isOrigin !== true)
      found.push({ path: [part, 'origin'], message: 'is not a field with `isOrigin`' })
  for (const name of Object.keys(fields))
    if (RESERVED.has(name))
      found.push({ path: ['fields', name], message: 'is a field that every profile has' })
  for (const { path, text, extra, isCompared = path.at(-1) === 'audience' } of texts) {
    for (const name of placeholdersOf(text)) {
      if (fields[name]?.isOrigin === true && !isCompared)
        found.push({ path, message: `has {${name}}, which is an origin` })
      else if (fields[name] === undefined && !EVERYWHERE.includes(name) && !extra.includes(name))
        found.push({ path, message: `has {${name}}, which is no field` })
    }
    for (const name of wholePathsOf(text))
      if (fields[name] === undefined)
        found.push({ path, message: `has {+${name}}, and only a field may be several parts of a path` })
  }
  return found
}

/** The templates of a token request, which stands at `path`. */
export const tokenTexts = (
  path: readonly string[],
  token: {
    readonly request?: string | undefined
    readonly scope?: string | undefined
    readonly audience?: string | undefined
  },
): Text[] =>
  (['scope', 'audience', 'request'] as const).flatMap((name) => {
    const text = token[name]
    return text === undefined ? [] : [{ path: [...path, name], text, extra: [] }]
  })
