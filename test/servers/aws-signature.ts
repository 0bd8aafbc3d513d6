/** Whether a service of AWS on loopback takes the signature of a request. */
import type { IncomingHttpHeaders } from 'node:http'
import { isSignedBy, signatureIn } from '../../shared/local/http/signature.ts'

export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Keys {
  readonly secretAccessKey: string
  readonly sessionToken: string
}

export interface SignedPlace {
  readonly region: string
  readonly service: string
}

/** What decides what is done has to be signed. */
const MUST = /^(host|content-type|x-amz-.+)$/

/** How far a request's time may be from ours. */
const SKEW_MS = 300_000

/** The name of the error with which AWS refuses it; undefined: it is signed by the keys of that id for this service, here and now. */
export function refusalOfSignature(
  { method, path, headers, text }: SignedRequest,
  keysOf: (accessKeyId: string) => Keys | undefined,
  { region, service }: SignedPlace,
): string | undefined {
  if (headers.authorization === undefined) return 'MissingAuthenticationTokenException'
  const signature = signatureIn(headers.authorization)
  if (signature === undefined) return 'IncompleteSignatureException'
  const keys = keysOf(signature.accessKeyId)
  if (keys === undefined || headers['x-amz-security-token'] !== keys.sessionToken)
    return 'UnrecognizedClientException'
  const isForUs = signature.region === region && signature.service === service
  const isWhole = !Object.keys(headers).some(
    (name) => MUST.test(name) && !signature.signedHeaders.includes(name),
  )
  const request = { method, path, headers, body: Buffer.from(text) }
  return isForUs && isWhole && isFresh(headers) && isSignedBy(keys.secretAccessKey, request, signature)
    ? undefined
    : 'InvalidSignatureException'
}

function isFresh({ 'x-amz-date': date }: IncomingHttpHeaders): boolean {
  const time = String(date).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')
  return Math.abs(Date.now() - Date.parse(time)) < SKEW_MS
}
