import { HttpFailure, verdictOfFailure } from '../../../shared/http/index.ts'
import type { Verdict } from '../../../shared/provider/index.ts'

const CODE = /^(?:sf:)?([A-Z][A-Z_]{2,60})(?=:|$)/

/**
 * The code of what jsforce raised: that of the API, or the `error` of OAuth. Nothing else of it is used, since its text may
 * be the whole body of the answer.
 */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const [, code] = CODE.exec(error.name) ?? CODE.exec(error.message) ?? []
  return code ?? (/^[a-z]+(_[a-z]+){1,4}$/.test(error.name) ? error.name : undefined)
}

const EXPIRED = 'the password has expired, and what it opens is good for nothing but a new one'
const BARRED: Readonly<Record<string, string>> = {
  LOGIN_MUST_USE_SECURITY_TOKEN:
    'the function signs in from an address that is not trusted, where a security token is asked for',
  PASSWORD_LOCKOUT: 'failed logins have locked the user',
  ORG_LOCKED: 'the org is locked',
  LOGIN_DURING_RESTRICTED_DOMAIN: 'the user may not sign in from the address of the function',
  LOGIN_DURING_RESTRICTED_TIME: 'the user may not sign in at this hour',
  LOGIN_RATE_EXCEEDED: 'the user has signed in too often within the hour',
  INVALID_OPERATION_WITH_EXPIRED_PASSWORD: EXPIRED,
  API_DISABLED_FOR_ORG: 'the org has no API',
  API_CURRENTLY_DISABLED: 'the API of the org is off',
  FUNCTIONALITY_NOT_ENABLED: 'the org does not let users sign in by this way',
  CLIENT_NOT_ACCESSIBLE_FOR_USER: 'the user may not use this way to sign in',
  TRIAL_EXPIRED: 'the trial of the org is over',
  REQUEST_LIMIT_EXCEEDED: 'the org has used up its requests',
  UNSUPPORTED_API_VERSION:
    'the org has no login() by SOAP any more; give `consumerKey` and `consumerSecret` of an app',
  inactive_user: 'the user is not active',
  inactive_org: 'the org is locked, closed or suspended',
  invalid_client_id: 'there is no app with the `consumerKey` of the secret',
  invalid_client: 'the app does not take the `consumerSecret` of the secret',
  invalid_grant: 'the app or the org does not let the user sign in so',
  unsupported_grant_type: 'the app does not take user names and passwords',
  rate_limit_exceeded: 'the user has signed in too often',
}

/** What a sign-in that ended in `error` showed. */
export function verdictOfRefusal(error: unknown): Exclude<Verdict, { verdict: 'accepted' }> {
  if (error instanceof HttpFailure) return verdictOfFailure(error)
  const code = codeOf(error)
  // One answer for a wrong password and a locked user.
  if (code === 'INVALID_LOGIN') return { verdict: 'rejected', reason: 'Salesforce answered INVALID_LOGIN' }
  const text = error instanceof Error ? error.message : ''
  if (code === 'invalid_grant' && text === 'authentication failure')
    return { verdict: 'rejected', reason: 'Salesforce answered invalid_grant, authentication failure' }
  const reason = text === JSFORCE_EXPIRED ? EXPIRED : code === undefined ? undefined : BARRED[code]
  if (reason !== undefined) return { verdict: 'barred', reason, code: 'CREDENTIAL_BARRED' }
  return { verdict: 'unknown', reason: told(code), code: 'TARGET_UNREACHABLE' }
}

/** jsforce's own words, for an answer that is no error. */
const JSFORCE_EXPIRED = 'Unable to login because the used password has expired.'

export const told = (code: string | undefined): string =>
  code === undefined ? 'Salesforce answered what says nothing' : `Salesforce answered ${code}`
