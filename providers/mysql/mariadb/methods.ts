import { literal } from '../quote.ts'

/** One of the ways in which an account of MariaDB may sign in. Any of them will do. */
export interface Method {
  readonly plugin: string
  /** What the server stores for it; undefined where there is nothing. */
  readonly stored: string | undefined
}

const NATIVE = 'mysql_native_password'

export const isNative = ({ plugin, stored }: Method): boolean =>
  plugin.toLowerCase() === NATIVE && stored !== undefined && /^\*[0-9A-F]{40}$/i.test(stored)

export const holds = (methods: readonly Method[], hash: string): boolean =>
  methods.some((method) => isNative(method) && method.stored?.toUpperCase() === hash)

/**
 * The methods from the statement that would make the account: `SHOW CREATE USER`, which anybody may ask for the account in
 * use. Throws for what cannot be read.
 */
export function methodsOfStatement(text: string): readonly Method[] {
  const rest = { text: text.replace(/^CREATE USER (`(?:[^`]|``)*`@`(?:[^`]|``)*`)/, '') }
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest.text)
    if (found === null) return undefined
    rest.text = rest.text.slice(found[0].length)
    return found
  }
  const string = (): string | undefined => {
    const found = take(/^\s*'((?:[^'\\]|\\.|'')*)'/s)
    return found?.[1]?.replace(/\\(.)|''/gs, (_all, escaped?: string) => escaped ?? "'")
  }
  if (take(/^\s+IDENTIFIED BY PASSWORD/) !== undefined) return [{ plugin: NATIVE, stored: string() }]
  if (take(/^\s+IDENTIFIED VIA/) === undefined) throw new Error('an account without a method')
  const methods: Method[] = []
  do {
    const plugin = take(/^\s+(\w+)/)?.[1]
    if (plugin === undefined) throw new Error('a method without a name')
    methods.push({ plugin, stored: take(/^\s+(?:USING|AS)/) === undefined ? undefined : string() })
  } while (take(/^\s+OR(?=\s)/) !== undefined)
  return methods
}

/** The methods from `mysql.global_priv`, where the place of the account's first own fields is an empty object. */
export function methodsOfRow(priv: unknown): readonly Method[] {
  const row: unknown = typeof priv === 'string' ? JSON.parse(priv) : priv
  if (!isObject(row)) throw new Error('an account that cannot be read')
  const one = (fields: Record<string, unknown>): Method => ({
    plugin: String(fields['plugin'] ?? ''),
    stored:
      typeof fields['authentication_string'] === 'string' && fields['authentication_string'] !== ''
        ? fields['authentication_string']
        : undefined,
  })
  const either = row['auth_or']
  if (!Array.isArray(either)) return [one(row)]
  return either.map((fields: unknown) => (isObject(fields) && 'plugin' in fields ? one(fields) : one(row)))
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** A clause for `ALTER USER`. */
export const clauseOf = (methods: readonly Method[]): string =>
  `IDENTIFIED VIA ${methods
    .map(({ plugin, stored }) => `${plugin}${stored === undefined ? '' : ` USING ${literal(stored)}`}`)
    .join(' OR ')}`

/** What goes in the place of the native passwords, or before everything; methods of other kinds stay as they are. */
export function withPasswords(methods: readonly Method[], hashes: readonly string[]): readonly Method[] {
  const ours = hashes.map((stored) => ({ plugin: NATIVE, stored }))
  const at = methods.findIndex(isNative)
  if (at === -1) return [...ours, ...methods.filter(({ plugin }) => plugin.toLowerCase() !== NATIVE)]
  return methods.flatMap((method, index) => (index === at ? ours : isNative(method) ? [] : [method]))
}
