/** Both accounts of a pair and the admin, as the server stores them. */
import type { Pair } from '../../../shared/database/pair.ts'
import type { Account } from '../account.ts'
import type { Run } from '../change.ts'
import { literal } from '../quote.ts'
import type { Server } from '../server.ts'
import { grantsOf, isOf } from './grants.ts'
import type { Stored } from './holder.ts'
import { MARIADB_COLUMNS, mariaDbAccount } from './mariadb-account.ts'
import { markIn } from './mark.ts'
import { mysqlAccount } from './mysql-account.ts'
import { type Reach, reachOf } from './reach.ts'

/** The two accounts of a pair; both are for the host of the one that the current credential signed in to. */
export interface Accounts {
  readonly owner: Account
  readonly clone: Account
}

export const accountsOf = ({ owner, clone }: Pair, host: string): Accounts => ({
  owner: { user: owner, host },
  clone: { user: clone, host },
})

/** Whom a session works as, and for whom. */
export interface Place {
  readonly run: Run
  readonly server: Server
  readonly accounts: Accounts
  readonly admin: Account
}

export interface Standing {
  readonly owner: Stored | undefined
  readonly clone: Stored | undefined
  /** Accounts of either user for other hosts. */
  readonly others: readonly Account[]
  /** What the admin holds itself, with its active roles. */
  readonly admin: readonly Stored[]
  readonly reach: Reach
}

const tableOf = ({ isMariaDb }: Server): string => (isMariaDb ? 'global_priv' : 'user')

/** Reads only: four questions. Rejects with the server's refusal where the admin may not read a table. */
export async function standingOf({ run, server, accounts, admin }: Place): Promise<Standing> {
  const { isMariaDb } = server
  const { owner, clone } = accounts
  const admins = [admin, ...(await activeRoles(run, isMariaDb))]
  const rows = await run(
    `SELECT ${isMariaDb ? MARIADB_COLUMNS : '*'} FROM mysql.${tableOf(server)}
     WHERE User IN (${literal(owner.user)}, ${literal(clone.user)}) OR ${isOf(admins)}`,
  )
  const grants = await grantsOf(run, [owner, clone, ...admins], isMariaDb)
  const stored = rows.map(isMariaDb ? mariaDbAccount : mysqlAccount)
  const whole = (account: Account): Stored | undefined => {
    const found = stored.find((one) => isSame(one.account, account))
    return found === undefined
      ? undefined
      : withGrants(found, grants.rightsOf(account), grants.defaultRolesOf(account))
  }
  const admins_ = admins.flatMap((one) => whole(one) ?? [])
  return {
    owner: whole(owner),
    clone: whole(clone),
    others: stored
      .map(({ account }) => account)
      .filter(({ user, host }) => (user === owner.user || user === clone.user) && host !== owner.host),
    admin: admins_,
    reach: reachOf(
      admins_.flatMap(({ rights }) => rights),
      isMariaDb,
    ),
  }
}

const isSame = (one: Account, other: Account): boolean => one.user === other.user && one.host === other.host

/** A marker role is a mark and no right; but an admin that made one may grant it, which is a right and no mark. */
function withGrants(stored: Stored, rights: Stored['rights'], defaultRoles: readonly string[]): Stored {
  const markers = rights.filter(({ kind, object }) => kind === 'role' && markIn(object) !== undefined)
  const lent = new Set(markers.filter(({ isOption }) => isOption === true).map(({ object }) => object))
  const marks = markers.flatMap(({ object }) => (lent.has(object) ? [] : (markIn(object) ?? [])))
  return {
    ...stored,
    rights: [
      ...stored.rights,
      ...rights.filter((right) => !markers.includes(right) || right.isOption === true),
    ],
    marks: [...stored.marks, ...new Set(marks)],
    defaultRoles: [...stored.defaultRoles, ...defaultRoles].toSorted(),
  }
}

/** A role of MariaDB has no host. */
async function activeRoles(run: Run, isMariaDb: boolean): Promise<readonly Account[]> {
  const rows = await run(
    `SELECT ROLE_NAME AS role${isMariaDb ? '' : ', ROLE_HOST AS host'} FROM information_schema.enabled_roles`,
  )
  return rows
    .filter(({ role }) => typeof role === 'string')
    .map(({ role, host }) => ({ user: String(role), host: String(host ?? '') }))
}
