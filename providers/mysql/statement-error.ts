import { type ErrorCode, QuarterturnError, type Who } from '../../shared/provider/index.ts'
import type { MysqlFailure } from './failure.ts'

/** The error of ours for a statement that the server did not carry out. The server's words stay behind. */
export function statementError({ kind, errno = 0, message }: MysqlFailure, as: Who): QuarterturnError {
  if (kind !== 'server')
    return new QuarterturnError('TARGET_UNREACHABLE', {
      problem: `signed in with the ${as} credential, ${message}`,
    })
  const known = KNOWN[errno]
  return new QuarterturnError(known?.code ?? 'TARGET_UNREACHABLE', {
    problem: `signed in with the ${as} credential, the server refused a statement with error ${errno}${known === undefined ? '' : `: ${known.what}`}`,
    ...(known === GONE ? { fields: { credential: 'current' } } : {}),
    ...(known?.remedy === undefined ? {} : { remedy: known.remedy }),
  })
}

interface Meaning {
  readonly code: ErrorCode
  readonly what: string
  readonly remedy?: string
}

const READ_ONLY: Meaning = { code: 'TARGET_READ_ONLY', what: 'the server is read-only' }
const SLOW: Meaning = {
  code: 'TARGET_BUSY',
  what: 'it did not get to the change in time, and changed nothing',
}
const NO_RIGHT: Meaning = { code: 'PRIVILEGE_MISSING', what: 'it lacks a privilege' }
const EXPIRED: Meaning = {
  code: 'CREDENTIAL_BARRED',
  what: 'the password has expired and must be changed first',
}
const GONE: Meaning = {
  code: 'CURRENT_REFUSED',
  what: 'the account was dropped while its password was to be changed',
  remedy:
    'find out who dropped it, create the account again with the password of AWSCURRENT, then rotate again',
}

/** @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
const KNOWN: Readonly<Record<number, Meaning>> = {
  1044: NO_RIGHT,
  1133: GONE,
  1141: GONE,
  1142: NO_RIGHT,
  1205: SLOW,
  1227: {
    ...NO_RIGHT,
    remedy:
      'rotate once with RotateImmediately=false, which names the privilege and the statement that grants it',
  },
  1290: READ_ONLY,
  1396: GONE,
  1792: READ_ONLY,
  1820: EXPIRED,
  1836: READ_ONLY,
  1969: SLOW,
  3024: SLOW,
  3168: { code: 'TARGET_BUSY', what: 'the server has its accounts locked' },
}
