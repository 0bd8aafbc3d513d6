/** Sign-ins of the kit to accounts that one failed sign-in locks: those of the provider under test alone shall count. */
import { nativeHash } from './hash.ts'
import { holds, methodsOfRow } from './mariadb/methods.ts'
import { literal } from './quote.ts'
import type { SqlServer } from './test-household.ts'
import { signsIn } from './test-target.ts'

/**
 * As `signsIn`, and leaves the count of failed sign-ins as it was. Rejects when the account is locked although the password
 * is its own.
 */
export async function signsInUncounted(server: SqlServer, user: string, password: string): Promise<boolean> {
  if (server.kind === 'mariadb') {
    // A failed one can be taken back for all accounts only, so what the server stores is looked at first.
    const [row] = await server.sql(
      `SELECT Priv AS priv FROM mysql.global_priv WHERE User = ${literal(user)} AND Host = '%'`,
    )
    const isStored = row !== undefined && holds(methodsOfRow(row['priv']), nativeHash(password))
    return isStored && (await required(server, user, password))
  }
  try {
    if (await signsIn(server, user, password)) return true
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error && error.errno === LOCKED)) throw error
  }
  // Also the sign-in that locks the account is answered so; with the lock gone the password alone decides.
  await server.sql(`ALTER USER IF EXISTS ${literal(user)}@'%' ACCOUNT UNLOCK`)
  if (await signsIn(server, user, password).catch(isLocked))
    throw new Error('a failed sign-in of the provider has locked the account')
  await server.sql(`ALTER USER IF EXISTS ${literal(user)}@'%' ACCOUNT UNLOCK`)
  return false
}

const LOCKED = 3955

function isLocked(error: unknown): false {
  if (error instanceof Error && 'errno' in error && error.errno === LOCKED) return false
  throw error
}

async function required(server: SqlServer, user: string, password: string): Promise<true> {
  if (await signsIn(server, user, password)) return true
  throw new Error('the server stores the password and refuses it')
}
