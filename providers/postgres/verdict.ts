import type { Refusal } from '../../shared/database/refusal.ts'
import type { Verdict } from '../../shared/provider/index.ts'
import type { Asked } from './challenge.ts'
import type { PostgresFailure } from './failure.ts'
import type { Row } from './link.ts'

export const NOT_ASKED: Refusal = {
  verdict: 'unprovable',
  reason:
    'the server let the session in without asking for the password (trust, peer or cert in pg_hba.conf)',
  code: 'NOT_PASSWORD_AUTH',
}

/** How far the server went with the password. */
export interface Seen {
  readonly asked: Asked
  readonly hasTaken: boolean
}

/** Only words of the language and names with their schema, so no function in the role's search_path answers for them. */
export const WHO_AND_WHERE = `SELECT session_user AS session, current_user AS acting,
  CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'replica' ELSE 'writer' END AS place`

/** What a session says about the credential that opened it; `row` is the answer to `WHO_AND_WHERE`. */
export function verdictOfSession(row: Row | undefined, username: string, at: 'writer' | 'consumer'): Verdict {
  const { session, acting, place } = row ?? {}
  if (session !== username)
    return {
      verdict: 'unknown',
      reason: 'the server does not name the session as the role that signed in',
    }
  // What a replica knows may be old, so there is no proof in it for the writer, where changes are made.
  if (at === 'writer' && place !== 'writer')
    return {
      verdict: 'unknown',
      reason: '`host` led to a replica, which does not prove what the writer takes',
      code: 'TARGET_READ_ONLY',
    }
  return {
    verdict: 'accepted',
    as: acting === session ? username : `${username} acting as ${acting}`,
  }
}

/**
 * What a failed probe says about the credential. A connection limit that is met after the password was taken counts
 * sessions, ours among them, and says nothing against the credential: the next one to leave makes room. What else is
 * refused at that point would keep every consumer out too, so it stays `barred`.
 */
export const verdictOfProbe = (failure: PostgresFailure, seen: Seen, username: string): Verdict =>
  failure.sqlstate === LIMIT_REACHED && seen.hasTaken
    ? { verdict: 'accepted', as: username }
    : verdictOf(failure, seen)

/** What a failed sign-in says about the credential, for those who need the session. Reasons are our own words: the server's may repeat what we sent. */
export function verdictOf(failure: PostgresFailure, seen: Seen): Refusal {
  switch (failure.kind) {
    case 'server':
      return byState(failure.sqlstate ?? '', seen)
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
    'SQLSTATE 28P01: wrong password, or no such role, or its VALID UNTIL has passed; PostgreSQL answers all three alike',
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
function byState(sqlstate: string, { asked, hasTaken }: Seen): Refusal {
  // Whoever refuses before asking has not looked at the password, and whoever has taken it does not refuse it.
  if (sqlstate === '28P01' && asked !== 'nothing' && !hasTaken) return REJECTED
  const bar = BARRED[sqlstate]
  if (bar !== undefined) {
    const reason = `SQLSTATE ${sqlstate}: ${bar}${hasTaken ? '; the password itself was taken' : ''}`
    return { verdict: 'barred', reason, code: 'CREDENTIAL_BARRED' }
  }
  return {
    verdict: 'unknown',
    reason: `SQLSTATE ${sqlstate}: ${UNKNOWN[sqlstate] ?? 'the server refused the session for a reason that says nothing about the password'}`,
    code: 'TARGET_UNREACHABLE',
  }
}

const LIMIT_REACHED = '53300'

/** The credential is right, or was not looked at, and somebody has to change something at the server. */
const BARRED: Readonly<Record<string, string>> = {
  '28000':
    'the role may not sign in here: NOLOGIN, no matching line in pg_hba.conf, or a sign-in by LDAP, PAM or RDS IAM that failed',
  '3D000': 'the database in `dbname` does not exist',
  '42501': 'the role lacks CONNECT on the database in `dbname`',
  [LIMIT_REACHED]:
    'the connection limit of the server, the database or the role is reached, and a rotation needs two sessions',
  '55000': 'the database in `dbname` takes no connections',
}

const UNKNOWN: Readonly<Record<string, string>> = {
  '57P01': 'the server is shutting down',
  '57P02': 'the server is recovering from a crash',
  '57P03': 'the server is starting up or shutting down',
}
