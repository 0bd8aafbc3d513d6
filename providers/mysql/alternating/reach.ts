/** What an admin can hand on: it holds the right itself, at this level or above, with the option to grant it. Pure. */
import type { Right } from './rights.ts'

export interface Reach {
  covers(right: Right): boolean
}

/** `held`: what the admin and its active roles were given, together. */
export function reachOf(held: readonly Right[], isMariaDb: boolean): Reach {
  const of = (kind: Right['kind']): readonly Right[] => held.filter((one) => one.kind === kind)
  const [statics, dynamics, roles, proxies] = [of('static'), of('dynamic'), of('role'), of('proxy')]
  const hasAt = (at: Right, privilege: string): boolean =>
    statics.some((one) => one.privilege === privilege && reaches(one, at))
  const mayGrantDynamic = (privilege: string): boolean =>
    dynamics.some((one) => one.privilege === privilege && one.isOption === true)
  return {
    covers(right) {
      switch (right.kind) {
        case 'static':
        case 'restriction':
          return (
            hasAt(right, 'GRANT OPTION') &&
            (hasAt(right, right.privilege) || (right.column !== undefined && hasAt(right, wordOf(right))))
          )
        case 'dynamic':
          return (
            mayGrantDynamic(right.privilege) &&
            (right.isOption !== true || hasAt({ ...right, kind: 'static' }, 'GRANT OPTION'))
          )
        case 'role':
          return (
            roles.some((one) => one.object === right.object && one.isOption === true) ||
            (!isMariaDb && dynamics.some((one) => one.privilege === 'ROLE_ADMIN'))
          )
        case 'proxy':
          return proxies.some((one) => one.isOption === true && one.object === right.object)
      }
    },
  }
}

/** ``UPDATE (`a`)`` → `UPDATE`. */
const wordOf = ({ privilege }: Right): string => privilege.replace(/ \(.*$/s, '')

function reaches(one: Right, at: Right): boolean {
  if (one.schema === undefined) return true
  if (at.schema === undefined || !isSchema(one.schema, at.schema)) return false
  if (one.table === undefined && one.routine === undefined) return true
  if (one.object !== at.object) return false
  return one.column === undefined || one.column === at.column
}

/** Names of schemas are patterns in a grant: `_` and `%` stand for others, unless a backslash is before them. */
function isSchema(pattern: string, name: string): boolean {
  if (pattern === name) return true
  const parts = [...pattern.matchAll(/\\(.)|(.)/gsu)].map(([, escaped, plain = '']) => ({
    text: escaped ?? plain,
    isMany: escaped === undefined && plain === '%',
    isOne: escaped === undefined && plain === '_',
  }))
  // Which parts may come next, character by character: no pattern takes longer than its length times that of the name.
  const through = (at: ReadonlySet<number>): ReadonlySet<number> => {
    const all = new Set(at)
    for (const one of all) if (parts[one]?.isMany === true) all.add(one + 1)
    return all
  }
  let at = through(new Set([0]))
  for (const character of name)
    at = through(
      new Set(
        [...at].flatMap((one) => {
          const part = parts[one]
          if (part?.isMany === true) return [one]
          return part !== undefined && (part.isOne || part.text === character) ? [one + 1] : []
        }),
      ),
    )
  return at.has(parts.length)
}
