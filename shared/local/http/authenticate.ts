import { isRegion, type LocalAws } from '../accounts/local-aws.ts'
import { LocalAwsError } from '../errors.ts'
import type { Identity, StoredKey } from '../iam/identity.ts'
import type { DoorRequest } from './door.ts'
import { isSignedBy, type Signature, signatureIn } from './signature.ts'

export type SignedService = 'secretsmanager' | 'sts' | 'scheduler'

/** Who makes a request, and where. */
export interface Caller {
  readonly identity: Identity
  /** The Region that the request is signed for. */
  readonly region: string
}

const FIVE_MINUTES_MS = 300_000

/**
 * Who makes the request, by its signature alone. Throws the errors that every service of AWS has for this, under the
 * names that those with JSON use. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export function authenticate(aws: LocalAws, request: DoorRequest, service: SignedService): Caller {
  const signature = signatureIn(request.headers.authorization)
  if (aws.anyCredentials) return anybody(aws, request, signature)
  if (signature === undefined)
    throw new LocalAwsError('MissingAuthenticationTokenException', 'Missing Authentication Token')
  const key = aws.keys.find(signature.accessKeyId)
  if (key === undefined || tokenOf(key) !== request.headers['x-amz-security-token']) throw unrecognised()
  if (signature.service !== service)
    throw invalidSignature(`Credential should be scoped to correct service: '${service}'.`)
  if (!isRegion(signature.region)) throw invalidSignature('Credential should be scoped to a valid region.')
  if (!isSignedBy(key.secretAccessKey, request, signature)) throw invalidSignature(MISMATCH)
  requireFresh(request.headers['x-amz-date'])
  refuseExpired(aws, key)
  return { identity: aws.identityOf(key), region: signature.region }
}

/** A session that STS gave here is taken for what it is; whatever else, for the default principal. */
function anybody(aws: LocalAws, request: DoorRequest, signature: Signature | undefined): Caller {
  const known = aws.keys.find(signature?.accessKeyId ?? '')
  const isSession =
    known?.kind === 'session' && known.sessionToken === request.headers['x-amz-security-token']
  const key = isSession ? known : aws.keys.adminOf(aws.defaultAccount.id)
  refuseExpired(aws, key)
  const region = signature !== undefined && isRegion(signature.region) ? signature.region : aws.region
  return { identity: aws.identityOf(key), region }
}

const tokenOf = (key: StoredKey): string | undefined =>
  key.kind === 'session' ? key.sessionToken : undefined

function refuseExpired({ clock }: LocalAws, key: StoredKey): void {
  if (key.kind === 'session' && key.expiresAtMs <= clock.now())
    throw new LocalAwsError('ExpiredTokenException', 'The security token included in the request is expired')
}

/** By the machine's clock, since clients sign with theirs; the model's may stand in another year. */
function requireFresh(date: unknown): void {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(date))?.slice(1).map(Number) ?? []
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const age = Date.now() - Date.UTC(year, month - 1, day, hour, minute, second)
  if (!(Math.abs(age) <= FIVE_MINUTES_MS))
    throw invalidSignature(`Signature expired: ${String(date)} is more than 5 minutes away from now.`)
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

const unrecognised = () =>
  new LocalAwsError('UnrecognizedClientException', 'The security token included in the request is invalid.')

const invalidSignature = (message: string) => new LocalAwsError('InvalidSignatureException', message)
