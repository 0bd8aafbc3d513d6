import { type BinaryLike, createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { APP_ID } from '../aws/limits.ts'
import type { AwsCredentials } from '../provider/aws-use.ts'
import type { HttpClient } from './client.ts'
import type { HttpReply } from './exchange.ts'

/** One call of a service of AWS that speaks JSON 1.1. */
export interface SignedCall {
  /** The endpoint of the service in that Region. */
  readonly origin: string
  /** As signatures name it, such as `cognito-idp`. */
  readonly service: string
  readonly region: string
  /** The operation, as the header `X-Amz-Target` names it. */
  readonly target: string
  readonly body: unknown
  readonly credentials: AwsCredentials
}

/** Sends it once, signed by Signature Version 4. Whatever says what is to be done is signed: host, operation, time and body. */
export async function sendSigned(
  http: Pick<HttpClient, 'send'>,
  { origin, service, region, target, body, credentials }: SignedCall,
): Promise<HttpReply> {
  const { protocol, hostname, host } = new URL(origin)
  const text = JSON.stringify(body)
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    path: '/',
    headers: {
      host,
      'content-type': 'application/x-amz-json-1.1',
      'user-agent': `app/${APP_ID}`,
      'x-amz-target': target,
    },
    body: text,
  })
  return await http.send({ method: 'POST', origin, path: '/', headers, body: text })
}

const SUFFIXES: Readonly<Record<string, string>> = {
  aws: 'amazonaws.com',
  'aws-us-gov': 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
}

/** By these the SDK is told of endpoints elsewhere, such as those of a VPC, and so are we. */
const VARIABLES: Readonly<Record<string, string>> = {
  'cognito-idp': 'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER',
}

/**
 * Where a service is: as the variable of its name says, else in the Region of the ARN; undefined in a partition whose
 * endpoints are not known here.
 */
export function endpointOf(service: string, arn: string, env = process.env): string | undefined {
  const elsewhere = env[VARIABLES[service] ?? '']
  if (elsewhere !== undefined && elsewhere !== '') return new URL(elsewhere).origin
  const [, partition = '', , region] = arn.split(':')
  const suffix = SUFFIXES[partition]
  return suffix === undefined ? undefined : `https://${service}.${region}.${suffix}`
}

/** Node's SHA-256, and its HMAC where there is a key, in the form that the signer asks for. */
class Sha256 {
  readonly #secret: BinaryLike | undefined
  #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined || typeof secret === 'string' ? secret : bytesOf(secret)
    this.#hash = this.#begin()
  }

  #begin(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret)
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    this.#hash = this.#begin()
  }
}

const bytesOf = (source: ArrayBuffer | ArrayBufferView): Uint8Array =>
  source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
