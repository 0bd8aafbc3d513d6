import type { SessionCredentials } from './sts-port.ts'

/** Where a client calls, and as whom. Default: what the environment says. */
export interface Place {
  readonly region?: string
  /** Default: the Region's own. */
  readonly endpoint?: string
  readonly credentials?: SessionCredentials
}

/** What each client of ours adds to its `User-Agent`, as `app/quarterturn`: CloudTrail shows it with the call. */
export const APP_ID = 'quarterturn'

/**
 * Limits of one call in milliseconds. Three attempts with the SDK's pauses stay under 35 s, which is Lambda's
 * business only when AWS does not answer at all: `withAbort` ends the call at the deadline in any case.
 */
export const LIMITS = {
  userAgentAppId: APP_ID,
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // Otherwise the SDK only prints a warning: the option was made for that and kept so.
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
}
