import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { DoorRequest } from './door.ts'

/** What an `Authorization` header says. */
export interface Signature {
  readonly accessKeyId: string
  /** `20260101`. */
  readonly day: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  /** Hexadecimal. */
  readonly signature: string
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]{1,128})\/(\d{8})\/([a-z0-9-]{1,40})\/([a-z0-9-]{1,40})\/aws4_request,\s*SignedHeaders=([a-z0-9;-]{1,2000}),\s*Signature=([0-9a-f]{64})$/

/** `undefined` for what is no signature of version 4. */
export function signatureIn(authorization: string | undefined): Signature | undefined {
  const found = AUTHORIZATION.exec(authorization ?? '')
  if (found === null) return undefined
  const [, accessKeyId = '', day = '', region = '', service = '', headers = '', signature = ''] = found
  return { accessKeyId, day, region, service, signedHeaders: headers.split(';'), signature }
}

/**
 * Whether this key made the signature over this request. One that leaves out the host, the date or the
 * operation never counts.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedBy(secretAccessKey: string, request: DoorRequest, signed: Signature): boolean {
  const { day, region, service, signedHeaders, signature } = signed
  const date = request.headers['x-amz-date']
  const isUnsigned = (name: string): boolean => !signedHeaders.includes(name) && name in request.headers
  if (!signedHeaders.includes('host') || ['x-amz-date', 'x-amz-target'].some(isUnsigned)) return false
  if (typeof date !== 'string' || !date.startsWith(day)) return false
  const scope = [day, region, service, 'aws4_request']
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical(request, signedHeaders))]
  const key = scope.reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`)
  return timingSafeEqual(hmac(key, toSign.join('\n')), Buffer.from(signature, 'hex'))
}

function canonical(request: DoorRequest, signedHeaders: readonly string[]): string {
  const [path = '/', query = ''] = request.path.split(/\?(.*)/s, 2)
  return [
    request.method,
    // Each part is encoded once more, as for every service but S3.
    path.split('/').map(encodeRfc3986).join('/'),
    query.split('&').filter(Boolean).map(withEquals).sort().join('&'),
    ...signedHeaders.map((name) => `${name}:${headerText(request, name)}`),
    '',
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n')
}

const withEquals = (pair: string): string => (pair.includes('=') ? pair : `${pair}=`)

const headerText = ({ headers }: DoorRequest, name: string): string =>
  String(headers[name] ?? '')
    .trim()
    .replaceAll(/ +/g, ' ')

const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

const hmac = (key: Buffer | string, data: string): Buffer => createHmac('sha256', key).update(data).digest()
