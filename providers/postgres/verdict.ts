import { type ErrorCode, QuarterturnError, type Verdict, type Who } from '../../shared/provider/index.ts'
import type { Asked } from './challenge.ts'
import type { PostgresFailure } from './failure.ts'

type Refusal = Exclude<Verdict, { verdict: 'accepted' }>

export const NOT_ASKED: Refusal = {
  verdict: 'unprovable',
  reason:
    'the server let the session in without asking for the password (trust, peer or cert in pg_hba.conf)',
  code: 'NOT_PASSWORD_AUTH',
}

/** What a failed sign-in says about the credential. Reasons are our own words: the server's may repeat what we sent. */
export function verdictOf(failure: PostgresFailure, asked: Asked): Refusal {
  switch (failure.kind) {
    case 'server':
      return byState(failure.sqlstate ?? '', asked)
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
function byState(sqlstate: string, asked: Asked): Refusal {
  // Whoever refuses before asking has not looked at the password.
  if (sqlstate === '28P01' && asked !== 'nothing') return REJECTED
  const bar = BARRED[sqlstate]
  if (bar !== undefined)
    return { verdict: 'barred', reason: `SQLSTATE ${sqlstate}: ${bar}`, code: 'CREDENTIAL_BARRED' }
  return {
    verdict: 'unknown',
    reason: `SQLSTATE ${sqlstate}: ${UNKNOWN[sqlstate] ?? 'the server refused the session for a reason that says nothing about the password'}`,
    code: 'TARGET_UNREACHABLE',
  }
}

/** The credential is right, or was not looked at, and somebody has to change something at the server. */
const BARRED: Readonly<Record<string, string>> = {
  '28000':
    'the role may not sign in here: NOLOGIN, no matching line in pg_hba.conf, or a sign-in by LDAP, PAM or RDS IAM that failed',
  '3D000': 'the database in `dbname` does not exist; the sign-in itself had succeeded',
  '42501': 'the role lacks CONNECT on the database in `dbname`; the sign-in itself had succeeded',
  '53300': 'the connection limit of the server, the database or the role is reached',
  '55000': 'the database in `dbname` takes no connections',
}

const UNKNOWN: Readonly<Record<string, string>> = {
  '57P01': 'the server is shutting down',
  '57P02': 'the server is recovering from a crash',
  '57P03': 'the server is starting up or shutting down',
}

/** The error for a sign-in that an operation needed and did not get. */
export function signInError(refusal: Refusal, as: Who): QuarterturnError {
  const code: ErrorCode =
    refusal.verdict === 'rejected'
      ? as === 'pending'
        ? 'PENDING_REFUSED'
        : 'CURRENT_REFUSED'
      : (refusal.code ?? 'TARGET_UNREACHABLE')
  return new QuarterturnError(code, {
    problem: `signing in with the ${as} credential failed: ${refusal.reason ?? refusal.verdict}`,
  })
}
