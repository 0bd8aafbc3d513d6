/** The names of errors that the answers of a provider may carry. */

/**
 * - `ADMIN_REFUSED`: an admin that must not be used, such as a superuser.
 * - `ACCOUNT_REFUSED`: an account that must not be rotated so, such as one with privileges that no clone can have.
 * - `ACCOUNT_NOT_OURS`: the alternate exists, has no mark, and no stored value signs in to it.
 * - `ACCOUNT_SHARED`: the account carries the mark of another secret.
 */
export type CheckCode =
  | 'PRIVILEGE_MISSING'
  | 'ADMIN_REFUSED'
  | 'ACCOUNT_REFUSED'
  | 'ACCOUNT_NOT_OURS'
  | 'ACCOUNT_SHARED'

export type VerdictCode =
  | 'CREDENTIAL_BARRED'
  | 'TARGET_UNREACHABLE'
  | 'TARGET_READ_ONLY'
  | 'NOT_PASSWORD_AUTH'
  | 'TLS_UNAVAILABLE'
  | 'TLS_UNTRUSTED'
  | 'MINT_NOT_SETTLED'
  | 'CHANGE_IN_PROGRESS'
  | 'TARGET_NOT_BOUND'
  | 'CREDENTIAL_OWNED_BY_SERVICE'
