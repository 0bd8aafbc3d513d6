/** Signature Version 4 as AWS checks it, from its documentation and apart from what signs. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export interface SignedRequest {
  readonly method: string
  /** As it came, without a query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

const FORM =
  /^AWS4-HMAC-SHA256 Credential=(?<id>\w+)\/(?<day>\d{8})\/(?<region>[\w-]+)\/(?<service>[\w-]+)\/aws4_request, SignedHeaders=(?<names>[a-z0-9;-]+), Signature=(?<signature>[0-9a-f]{64})$/

/** What decides what is done has to be signed. */
const MUST = /^(host|content-type|x-amz-.+)$/

/** How far a request's time may be from ours. */
const SKEW_MS = 300_000

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const keyed = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The name of the error with which AWS refuses it; undefined: it is signed by these keys for this service, here and now. */
export function refusalOfSignature(
  request: SignedRequest,
  keys: Keys,
  { region, service }: { readonly region: string; readonly service: string },
): string | undefined {
  const header = (name: string): string => String(request.headers[name] ?? '').trim()
  if (header('authorization') === '') return 'MissingAuthenticationTokenException'
  const parts = FORM.exec(header('authorization'))?.groups
  if (parts === undefined) return 'IncompleteSignatureException'
  const { id = '', day = '', names = '', signature = '' } = parts
  if (id !== keys.accessKeyId || header('x-amz-security-token') !== keys.sessionToken)
    return 'UnrecognizedClientException'
  if (parts['region'] !== region || parts['service'] !== service) return 'InvalidSignatureException'
  const time = header('x-amz-date')
  const [, date, hour, minute, second] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? []
  const at = Date.parse(`${date?.replace(/(....)(..)(..)/, '$1-$2-$3')}T${hour}:${minute}:${second}Z`)
  if (date !== day || !(Math.abs(Date.now() - at) < SKEW_MS)) return 'InvalidSignatureException'
  const signed = names.split(';')
  if (Object.keys(request.headers).some((name) => MUST.test(name) && !signed.includes(name)))
    return 'InvalidSignatureException'
  const asked = [
    request.method,
    request.path,
    '',
    ...signed.map((name) => `${name}:${header(name).replaceAll(/ +/g, ' ')}`),
    '',
    names,
    hashOf(request.text),
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const key = ['aws4_request', service, region, day].reduceRight<string | Buffer>(
    (so, part) => keyed(so, part),
    `AWS4${keys.secretAccessKey}`,
  )
  const wanted = keyed(key, ['AWS4-HMAC-SHA256', time, scope, hashOf(asked)].join('\n'))
  return timingSafeEqual(wanted, Buffer.from(signature, 'hex')) ? undefined : 'InvalidSignatureException'
}
