/** Requests to targets over HTTP: bounded in size and time, never redirected, never repeated. */
export { HttpClient, type HttpClientOptions } from './client.ts'
export type { HttpReply, HttpRequest } from './exchange.ts'
export { errorOfFailure, HttpFailure, verdictOfFailure } from './failure.ts'
export { type Allowances, origin } from './origin.ts'
export { endpointOf, type SignedCall, sendSigned } from './signed.ts'
export { createPublicTrust } from './trust.ts'
