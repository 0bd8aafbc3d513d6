import { literal, shown } from './quote.ts'

/** A row of `mysql.user`: the same user may have several, for different hosts. */
export interface Account {
  readonly user: string
  readonly host: string
}

/** What `CURRENT_USER()` answers. A user name may have an @, a host has none. */
export function accountOf(currentUser: unknown): Account | undefined {
  if (typeof currentUser !== 'string') return undefined
  const at = currentUser.lastIndexOf('@')
  return at === -1 ? undefined : { user: currentUser.slice(0, at), host: currentUser.slice(at + 1) }
}

/** For our statements. */
export const inSql = ({ user, host }: Account): string => `${literal(user)}@${literal(host)}`

/** For people, who may copy it into a statement of theirs. */
export const named = ({ user, host }: Account): string => `${shown(user)}@${shown(host)}`
