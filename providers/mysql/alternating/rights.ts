/** What an account was given, each right by itself, and the statements that give and take it. Pure. */
import type { Difference } from '../../../shared/database/difference.ts'

export interface Right {
  /**
   * `static`: a privilege at any level. `dynamic`: one that plugins bring, on `*.*` only. `restriction`: what a partial
   * revoke takes from one on `*.*`. `role`, `proxy`: what they say.
   */
  readonly kind: 'static' | 'dynamic' | 'restriction' | 'role' | 'proxy'
  /** As GRANT takes it, with its column: ``UPDATE (`a`)``. Empty for a role. */
  readonly privilege: string
  /** As GRANT takes it: `*.*`, `` `shop`.* ``, ``PROCEDURE `shop`.`p` ``; the role, or who is impersonated. */
  readonly object: string
  /** The right to hand it on, apart from the right itself: of dynamic privileges and roles. */
  readonly isOption?: true
  /** Where a static privilege or a restriction holds; nothing: everywhere. */
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly routine?: string
}

export const keyOf = ({ kind, privilege, object, isOption }: Right): string =>
  JSON.stringify([kind, privilege, object, isOption === true])

export const lackingIn = (wanted: readonly Right[], present: readonly Right[]): readonly Right[] => {
  const keys = new Set(present.map(keyOf))
  return wanted.filter((one) => !keys.has(keyOf(one)))
}

/** Rights of one kind on one object, which go into one statement. */
export interface Bundle {
  readonly kind: Right['kind']
  readonly object: string
  readonly isOption: boolean
  readonly rights: readonly Right[]
}

export function bundled(rights: readonly Right[]): readonly Bundle[] {
  const bundles = new Map<string, Right[]>()
  for (const right of rights) {
    const key = JSON.stringify([right.kind, right.object, right.isOption ?? false])
    bundles.set(key, [...(bundles.get(key) ?? []), right])
  }
  return [...bundles.values()].flatMap((of) => {
    const [first] = of
    return first === undefined
      ? []
      : [{ kind: first.kind, object: first.object, isOption: first.isOption ?? false, rights: of }]
  })
}

const listOf = (rights: readonly Right[]): string => rights.map(({ privilege }) => privilege).join(', ')

/** In words, as people would put it. */
export function namesOf({ kind, object, isOption, rights }: Bundle): string {
  const handsOn = isOption ? ' with the right to hand it on' : ''
  switch (kind) {
    case 'role':
      return `the role ${object}${handsOn}`
    case 'restriction':
      return `the partial revoke of ${listOf(rights)} on ${object}`
    case 'proxy':
      return `PROXY on ${object}`
    case 'static':
    case 'dynamic':
      return `${listOf(rights)} on ${object}${handsOn}`
  }
}

/** The statement that gives the account these rights. */
export function giving({ kind, object, isOption, rights }: Bundle, to: string): string {
  switch (kind) {
    case 'role':
      return `GRANT ${object} TO ${to}${isOption ? ' WITH ADMIN OPTION' : ''}`
    case 'restriction':
      return `REVOKE ${listOf(rights)} ON ${object} FROM ${to}`
    case 'static':
    case 'dynamic':
    case 'proxy':
      return `GRANT ${listOf(rights)} ON ${object} TO ${to}${isOption ? ' WITH GRANT OPTION' : ''}`
  }
}

/** The statement that takes them; of the right to hand a dynamic privilege on, none does that and nothing else. */
export function taking({ kind, object, isOption, rights }: Bundle, from: string): string {
  const whole = { kind, object, isOption: false, rights }
  switch (kind) {
    case 'role':
      return isOption
        ? `REVOKE ${object} FROM ${from}; ${giving(whole, from)}`
        : `REVOKE ${object} FROM ${from}`
    case 'dynamic':
      return `REVOKE ${listOf(rights)} ON ${object} FROM ${from}${isOption ? `; ${giving(whole, from)}` : ''}`
    case 'restriction':
      return `GRANT ${listOf(rights)} ON ${object} TO ${from}`
    case 'static':
    case 'proxy':
      return `REVOKE ${listOf(rights)} ON ${object} FROM ${from}`
  }
}

/** What makes an admin able to hand these rights on: a statement for whoever administers the server. */
export function lending({ kind, object, rights }: Bundle, to: string): string {
  if (kind === 'role') return `GRANT ${object} TO ${to} WITH ADMIN OPTION;`
  const names = rights.map(({ privilege }) => privilege).filter((name) => name !== 'GRANT OPTION')
  return `GRANT ${names.length === 0 ? 'USAGE' : names.join(', ')} ON ${object} TO ${to} WITH GRANT OPTION;`
}

export const difference = (text: string, statement: string): Difference => ({ text, statement })
