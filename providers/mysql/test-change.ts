/** An account with an admin, and what a test does with them. */
import type { Retired, StoredSecret } from '../../shared/provider/index.ts'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import {
  change,
  createAccount,
  createAdmin,
  type OpenOptions,
  secretFor,
  signsIn,
  withSession,
} from './test-target.ts'

export const APPLIED = { result: 'applied' }

let made = 0
/** An account that signs in with `first`, its admin, and secrets for both. */
export async function household(server: MysqlServer, more = '') {
  made += 1
  const user = `changed_${made}`
  await createAccount(server, user, 'first', { more })
  await createAdmin(server, `${user}_admin`, 'of the admin')
  const secret = (password: string): StoredSecret => secretFor(server, { username: user, password })
  const admin = secretFor(server, { username: `${user}_admin`, password: 'of the admin' })
  const options: OpenOptions = { ca: server.ca }
  return {
    user,
    secret,
    admin,
    options,
    byAdmin: (from: string, to: string, changed: OpenOptions = {}) =>
      change({ current: secret(from), pending: secret(to), admin }, { ...options, ...changed }),
    byItself: (from: string, to: string, changed: OpenOptions = {}) =>
      change({ current: secret(from), pending: secret(to) }, { ...options, ...changed }),
    check: (as: 'current' | 'admin', changed: OpenOptions = {}) =>
      withSession({ current: secret('first'), admin }, { ...options, ...changed }, (session) =>
        session.check({ as }),
      ),
    signIn: async (...passwords: string[]) =>
      Promise.all(passwords.map((password) => signsIn(server, user, password))),
  }
}

export const mayRetain = (server: MysqlServer, user: string) =>
  server.sql(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO '${user}'@'%'`)

/** Retires `gone` under the lock; `keep` is current. */
export const retire = async (
  secrets: { readonly gone: StoredSecret; readonly current: StoredSecret; readonly admin?: StoredSecret },
  options: OpenOptions,
): Promise<Retired | undefined> => {
  const as = secrets.admin === undefined ? 'current' : 'admin'
  return withSession(secrets, options, (session) =>
    session.exclusive({ as, work: async () => session.retire?.({ gone: 'gone', keep: 'current', as }) }),
  )
}
