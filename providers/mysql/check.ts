import type { Check, Strategy } from '../../shared/provider/index.ts'
import { type Account, named } from './account.ts'
import { markFor, marksOf } from './alternating/mark.ts'
import { accountGone, isError, type Run } from './change.ts'
import { isNative, type Method, methodsOfStatement } from './mariadb/methods.ts'
import { readMethods as methodsForAdmin, wantsPlainText } from './mariadb/passwords.ts'
import { KNOWN_PLUGINS } from './mysql/view.ts'
import { type Privileges, privilegesOf } from './privileges.ts'
import { literal } from './quote.ts'
import { knowsTwoPasswords, type Server } from './server.ts'

export interface CheckRequest {
  readonly server: Server
  readonly strategy: Strategy
  /** The account to change: the one that signed in, unless an admin did. */
  readonly account: Account
  /** The admin that signed in; undefined: the account itself did. */
  readonly admin: Account | undefined
  /** That of this secret: a clone of another secret is not touched. */
  readonly mark: string
  readonly passwordForm: 'verifier' | 'plaintext'
  /** Whether further accounts of the same user, for other hosts, are left as they are. */
  readonly leavesOtherHosts: boolean
}

type Missing = Check['missing'][number]

const POSSIBLE: Check = { possible: true, missing: [] }
const impossible = (...missing: readonly Missing[]): Check => ({ possible: false, missing })

/** Whether the change can be made as asked. Reads only. */
export async function checkAccount(run: Run, request: CheckRequest): Promise<Check> {
  const { server, strategy, account } = request
  const isDual = strategy === 'dual-password'
  if (isDual && !knowsTwoPasswords(server))
    return impossible({
      privilege: `a server of version ${server.version.join('.')} keeps one password for an account`,
      remedy: `update to ${server.isMariaDb ? 'MariaDB 10.4' : 'MySQL 8.0.14'}, or choose single-user, which has a gap: ${BY_TAG}`,
    })
  const own = privilegesOf(await run('SHOW GRANTS'))
  const lacking =
    request.admin === undefined ? lackingOf(own, request) : await lackingAdmin(run, own, request)
  if (lacking.length > 0) return impossible(...lacking)
  const marks = await marksOf(run, server, account, request.admin === undefined)
  if (marks.some((one) => one !== markFor(server, account, request.mark)))
    return {
      ...impossible({
        privilege: `${named(account)} has the mark of another secret, and two secrets must not share an account`,
        remedy: 'delete one of the secrets; if the other is gone already, take its mark away',
      }),
      code: 'ACCOUNT_SHARED',
    }
  if (request.admin !== undefined && !request.leavesOtherHosts) {
    const others = await otherHosts(run, request)
    if (others.length > 0)
      return {
        ...impossible({
          privilege: `the user has other accounts with passwords of their own (${others.map(named).join(', ')}); the rotation changes ${named(account)} only, which signed in`,
          remedy: `drop them if nobody uses them (DROP USER ${others.map(named).join(', ')}), or set QUARTERTURN_MYSQL_OTHER_HOSTS=leave`,
        }),
        code: 'ACCOUNT_REFUSED',
      }
  }
  return server.isMariaDb ? checkMariaDb(run, request, own) : checkMysql(run, request)
}

const BY_TAG = 'tag quarterturn:strategy=single-user'

/** By its own rights. */
function lackingOf(own: Privileges, { server, strategy, account }: CheckRequest): Missing[] {
  if (strategy !== 'dual-password') return []
  if (own.has('CREATE USER')) return []
  if (server.isMariaDb)
    return [
      {
        privilege: 'MariaDB lets only an account with CREATE USER keep two passwords',
        remedy: `name an admin secret in \`masterarn\`, or choose single-user, which has a gap: ${BY_TAG}. The account itself could do it with GRANT CREATE USER ON *.* TO ${named(account)}; which lets it change every account`,
      },
    ]
  if (own.has('APPLICATION_PASSWORD_ADMIN')) return []
  return [
    {
      privilege: 'APPLICATION_PASSWORD_ADMIN',
      remedy: `GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ${named(account)}; or name an admin secret in \`masterarn\`, or choose single-user, which has a gap: ${BY_TAG}`,
    },
  ]
}

async function lackingAdmin(
  run: Run,
  own: Privileges,
  { server, account, admin }: CheckRequest,
): Promise<Missing[]> {
  const who = named(admin ?? account)
  const missing: Missing[] = []
  if (!own.has('CREATE USER'))
    missing.push({ privilege: 'CREATE USER of the admin', remedy: `GRANT CREATE USER ON *.* TO ${who};` })
  const table = server.isMariaDb ? 'mysql.global_priv' : 'mysql.user'
  try {
    await run(`SELECT user FROM ${table} WHERE user = ${literal(account.user)} LIMIT 1`)
  } catch (error) {
    if (!isError(error, 1044, 1142, 1143)) throw error
    return [
      ...missing,
      { privilege: `SELECT of the admin on ${table}`, remedy: `GRANT SELECT ON ${table} TO ${who};` },
    ]
  }
  if (!server.isMariaDb && !own.has('SYSTEM_USER')) {
    const target = privilegesOf(
      await run(`SHOW GRANTS FOR ${literal(account.user)}@${literal(account.host)}`),
    )
    if (target.has('SYSTEM_USER'))
      missing.push({
        privilege: `SYSTEM_USER of the admin, since ${named(account)} has it`,
        remedy: `REVOKE SYSTEM_USER ON *.* FROM ${named(account)}; or GRANT SYSTEM_USER ON *.* TO ${who};`,
      })
  }
  return missing
}

async function otherHosts(run: Run, { server, account }: CheckRequest): Promise<Account[]> {
  const table = server.isMariaDb ? 'mysql.global_priv' : 'mysql.user'
  const rows = await run(`SELECT host AS host FROM ${table} WHERE user = ${literal(account.user)}`)
  return rows
    .map((row) => ({ user: account.user, host: String(row['host']) }))
    .filter(({ host }) => host !== account.host)
}

async function checkMysql(run: Run, { account, admin, strategy }: CheckRequest): Promise<Check> {
  const plugin = await pluginOf(run, account, admin !== undefined)
  if (plugin === undefined || !KNOWN_PLUGINS.includes(plugin))
    return refusedAccount(
      `${named(account)} signs in by ${plugin ?? 'a plugin that cannot be read'}, whose password is not kept by the server or not known here`,
      `ALTER USER ${named(account)} IDENTIFIED WITH caching_sha2_password BY '…', or rotate it where it is kept`,
    )
  return strategy === 'single-user' && admin === undefined
    ? {
        ...POSSIBLE,
        notes: [
          'without APPLICATION_PASSWORD_ADMIN an older second password (RETAIN CURRENT PASSWORD) is neither seen nor ended',
        ],
      }
    : POSSIBLE
}

/** An account may see its own plugin, but not what is stored for it. */
async function pluginOf(run: Run, { user, host }: Account, byAdmin: boolean): Promise<string | undefined> {
  if (!byAdmin) {
    const [row] = await run('SHOW CREATE USER CURRENT_USER()')
    return /^CREATE USER `(?:[^`]|``)*`@`(?:[^`]|``)*` IDENTIFIED WITH '(\w+)'/.exec(
      String(Object.values(row ?? {})[0]),
    )?.[1]
  }
  const [row] = await run(
    `SELECT plugin FROM mysql.user WHERE user = ${literal(user)} AND host = ${literal(host)}`,
  )
  if (row === undefined) throw accountGone()
  return String(row['plugin'])
}

async function checkMariaDb(run: Run, request: CheckRequest, own: Privileges): Promise<Check> {
  const { account, admin, strategy, passwordForm } = request
  const methods = await readMethods(run, account, admin !== undefined)
  if (!methods.some(isNative))
    return refusedAccount(
      `${named(account)} has no password that can be rotated: it signs in by ${methods.map(({ plugin }) => plugin).join(' or ') || 'nothing'}`,
      `ALTER USER ${named(account)} IDENTIFIED VIA mysql_native_password USING PASSWORD('…'); what signs in by ed25519, PAM or a socket is not rotated`,
    )
  if (
    strategy === 'single-user' &&
    methods.some((method) => !isNative(method) && method.plugin !== 'unix_socket')
  )
    return refusedAccount(
      `${named(account)} may also sign in by ${methods.find((method) => !isNative(method))?.plugin}, so a refused password cannot be recognised, which single-user needs`,
      'choose dual-password, or take that method from the account',
    )
  if (admin === undefined && !own.has('CREATE USER') && methods.length > 1 && !isFirstAlone(methods))
    return refusedAccount(
      `${named(account)} has a second password or method before or beside its own, which it cannot end itself`,
      `name an admin secret in \`masterarn\`, or let an admin set one password: ALTER USER ${named(account)} IDENTIFIED BY '…'`,
    )
  if (passwordForm === 'verifier' && (await wantsToSeePasswords(run))) {
    const { problem, remedy } = wantsPlainText()
    return impossible({ privilege: problem, remedy: remedy ?? '' })
  }
  return POSSIBLE
}

/** SET PASSWORD changes the first method only. */
const isFirstAlone = (methods: readonly Method[]): boolean =>
  methods.filter(isNative).length === 1 && methods[0] !== undefined && isNative(methods[0])

async function readMethods(run: Run, { user, host }: Account, byAdmin: boolean): Promise<readonly Method[]> {
  if (!byAdmin) {
    const [row] = await run('SHOW CREATE USER CURRENT_USER()')
    return methodsOfStatement(String(Object.values(row ?? {})[0]))
  }
  const methods = await methodsForAdmin(run, { user, host })
  if (methods === undefined) throw accountGone()
  return methods
}

export async function wantsToSeePasswords(run: Run): Promise<boolean> {
  // Beside an aggregate MariaDB answers 0 for the variable.
  const [row] = await run(
    `SELECT @@global.strict_password_validation AS strict,
       (SELECT COUNT(*) FROM information_schema.PLUGINS
        WHERE PLUGIN_TYPE = 'PASSWORD VALIDATION' AND PLUGIN_STATUS = 'ACTIVE') AS plugins`,
  )
  return Number(row?.['plugins']) > 0 && !['0', 'OFF'].includes(String(row?.['strict']))
}

const refusedAccount = (privilege: string, remedy: string): Check => ({
  ...impossible({ privilege, remedy }),
  code: 'ACCOUNT_REFUSED',
})
