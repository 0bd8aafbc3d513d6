import type { Refusal } from '../../shared/database/refusal.ts'
import type { Verdict } from '../../shared/provider/index.ts'
import type { MysqlFailure } from './failure.ts'
import type { Server } from './server.ts'

/** What a session says about the credential that opened it. */
export function verdictOfSession(
  { account, isReadOnly }: Server,
  username: string,
  at: 'writer' | 'consumer',
): Verdict {
  if (account?.user === 'skip-grants user') return NOT_ASKED
  // An account without a name, or one that another was mapped to: what its password is says nothing about ours.
  if (account?.user !== username)
    return {
      verdict: 'unknown',
      reason: 'the server signed us in as another account than `username` (an anonymous or a mapped one)',
    }
  // What a replica knows may be old, so there is no proof in it for the writer, where changes are made.
  if (at === 'writer' && isReadOnly)
    return {
      verdict: 'unknown',
      reason: '`host` led to a replica or a read-only server, which does not prove what the writer takes',
      code: 'TARGET_READ_ONLY',
    }
  return { verdict: 'accepted', as: `${account.user}@${account.host}` }
}

const NOT_ASKED: Refusal = {
  verdict: 'unprovable',
  reason: 'the server runs with --skip-grant-tables and looks at no password',
  code: 'NOT_PASSWORD_AUTH',
}

/**
 * What a failed probe says about the credential. The limit of an account is looked at after its password, and counts
 * sessions, ours among them: it says nothing against the credential, and the next session to leave makes room.
 */
export const verdictOfProbe = (failure: MysqlFailure, hasAnswered: boolean, username: string): Verdict =>
  hasAnswered && ACCOUNT_FULL.has(failure.errno ?? 0)
    ? { verdict: 'accepted', as: username }
    : verdictOf(failure, hasAnswered)

/** What a failed sign-in says about the credential, for those who need the session. Reasons are our own words. */
export function verdictOf(failure: MysqlFailure, hasAnswered: boolean): Refusal {
  switch (failure.kind) {
    case 'server':
      return byNumber(failure.errno ?? 0, hasAnswered)
    case 'tls-unavailable':
      return { verdict: 'unknown', reason: failure.message, code: 'TLS_UNAVAILABLE' }
    case 'tls-untrusted':
      return { verdict: 'unknown', reason: failure.message, code: 'TLS_UNTRUSTED' }
    case 'network':
    case 'timeout':
    case 'closed':
    case 'refused-by-us':
    case 'protocol':
      return { verdict: 'unknown', reason: failure.message, code: 'TARGET_UNREACHABLE' }
  }
}

const REJECTED: Refusal = {
  verdict: 'rejected',
  reason:
    'error 1045: wrong password, or no such account for our address, or REQUIRE of the account asks for a client certificate; the server answers all alike',
}

const NO_METHOD_LEFT =
  'error 1698: no password of the account is ours, or it has none and signs in by unix_socket or auth_socket only'

function byNumber(errno: number, hasAnswered: boolean): Refusal {
  // Whoever refuses before it has our answer has not looked at the password.
  if (errno === 1045 && hasAnswered) return REJECTED
  // What MariaDB says last of an account that may also sign in by unix_socket; a right password is taken before that.
  if (errno === 1698 && hasAnswered) return { ...REJECTED, reason: NO_METHOD_LEFT }
  const bar = BARRED[errno]
  if (bar !== undefined)
    return { verdict: 'barred', reason: `error ${errno}: ${bar}`, code: 'CREDENTIAL_BARRED' }
  return {
    verdict: 'unknown',
    reason: `error ${errno}: ${UNKNOWN[errno] ?? 'the server refused the session for a reason that says nothing about the password'}`,
    code: 'TARGET_UNREACHABLE',
  }
}

/** `max_user_connections`, as a setting of the server and as one of the account. */
const ACCOUNT_FULL: ReadonlySet<number> = new Set([1203, 1226])

const EXPIRED = 'the password has expired and must be changed; until then the account can do nothing else'
const LOCKED = 'the account is locked: ALTER USER … ACCOUNT UNLOCK'

/**
 * The credential is right, or was not looked at, and somebody has to change something at the server.
 *
 * @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 */
const BARRED: Readonly<Record<number, string>> = {
  1040: 'the connection limit of the server (max_connections) is reached',
  1129: 'the server blocks our address after too many broken connections: FLUSH HOSTS, or TRUNCATE TABLE performance_schema.host_cache',
  1130: 'no account of the server may connect from our address',
  1203: 'the connection limit of the account is reached, and a rotation needs two sessions',
  1226: 'a resource limit of the account is reached (MAX_USER_CONNECTIONS, MAX_CONNECTIONS_PER_HOUR), and a rotation needs two sessions',
  1251: 'the account uses an authentication plugin that the client does not speak',
  1275: 'the account has a password of before MySQL 4.1',
  1524: 'the authentication plugin of the account is not loaded at the server',
  1820: EXPIRED,
  1862: EXPIRED,
  3118: LOCKED,
  3159: 'the server asks for TLS (require_secure_transport), and the secret says `ssl: false`',
  3955: 'the account is locked for a time after failed sign-ins (FAILED_LOGIN_ATTEMPTS)',
  3957: 'the account is locked for a time after failed sign-ins (FAILED_LOGIN_ATTEMPTS)',
  4150: 'the account is blocked after too many wrong passwords (max_password_errors): FLUSH PRIVILEGES',
  4151: LOCKED,
}

const UNKNOWN: Readonly<Record<number, string>> = {
  1053: 'the server is shutting down',
  1152: 'the server gave the connection up',
  1158: 'the server could not read from the network',
  1159: 'the server waited too long for us',
  3032: 'the server is in offline mode',
}
