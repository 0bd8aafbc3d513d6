import type { Verdict } from '../../shared/provider/index.ts'
import type { Run } from './change.ts'
import { nativeHash } from './hash.ts'
import { holds, isNative, methodsOfRow } from './mariadb/methods.ts'
import { KNOWN_PLUGINS, placeOf, viewsOf } from './mysql/view.ts'
import { literal } from './quote.ts'
import type { MysqlSecret } from './schema.ts'
import type { Server } from './server.ts'

/**
 * Whether the server keeps the password for any account of the user, found as an admin without a sign-in. Undefined: that
 * cannot be told from what is kept, so a sign-in has to show it.
 */
export async function keeps(
  run: Run,
  { isMariaDb, isReadOnly }: Server,
  { username, password }: MysqlSecret,
): Promise<boolean | undefined> {
  // A replica may be behind.
  if (isReadOnly) return undefined
  return isMariaDb ? keptByMariaDb(run, username, password) : keptByMysql(run, username, password)
}

async function keptByMysql(run: Run, user: string, password: string): Promise<boolean | undefined> {
  const views = await viewsOf(run, user)
  if (views.length === 0 || !views.every(({ plugin }) => KNOWN_PLUGINS.includes(plugin))) return undefined
  return views.some((view) => placeOf(view, password) !== 'neither')
}

async function keptByMariaDb(run: Run, user: string, password: string): Promise<boolean | undefined> {
  const rows = await run(`SELECT Priv AS priv FROM mysql.global_priv WHERE User = ${literal(user)}`)
  const methods = rows.map((row) => methodsOfRow(row['priv']))
  const isKnown = methods.every((some) =>
    some.every((method) => isNative(method) || method.plugin === 'unix_socket'),
  )
  if (methods.length === 0 || !isKnown) return undefined
  const hash = nativeHash(password)
  return methods.some((some) => holds(some, hash))
}

export const NOT_KEPT: Verdict = {
  verdict: 'rejected',
  reason: 'the server keeps another password for the account, as the admin sees; no sign-in was tried',
}
