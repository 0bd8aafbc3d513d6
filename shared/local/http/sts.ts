import { randomUUID } from 'node:crypto'
import type { LocalAws } from '../accounts/local-aws.ts'
import { LocalAwsError } from '../errors.ts'
import type { Identity } from '../iam/identity.ts'
import { parseInput } from '../inputs/index.ts'
import { assumeRole } from '../sts/assume-role.ts'
import { AssumeRoleInput } from '../sts/inputs.ts'
import { authenticate } from './authenticate.ts'
import type { DoorAnswer, DoorRequest } from './door.ts'
import { membersOf, toXml } from './query.ts'
import { decodeText } from './wire.ts'

const VERSION = '2011-06-15'
const NAMESPACE = `https://sts.amazonaws.com/doc/${VERSION}/`

export const isStsRequest = ({ headers }: DoorRequest): boolean =>
  headers['x-amz-target'] === undefined &&
  /^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '')

/** STS in the Query protocol. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function stsAnswer(aws: LocalAws, request: DoorRequest): DoorAnswer {
  const requestId = randomUUID()
  try {
    const members = membersOf(decodeText(request.body))
    const action = String(members['Action'])
    const result = perform(aws, request, action, members)
    const metadata = `<ResponseMetadata>${toXml({ RequestId: requestId })}</ResponseMetadata>`
    const body = `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${toXml(result)}</${action}Result>${metadata}</${action}Response>`
    return answerOf(200, requestId, body)
  } catch (error) {
    return errorOf(error, requestId)
  }
}

function perform(
  aws: LocalAws,
  request: DoorRequest,
  action: string,
  members: Readonly<Record<string, unknown>>,
): object {
  const operation = OPERATIONS.get(action)
  if (request.method !== 'POST' || operation === undefined)
    throw new LocalAwsError('InvalidAction', `Could not find operation for version ${VERSION}`)
  return operation(aws, authenticate(aws, request, 'sts').identity, members)
}

type Operation = (aws: LocalAws, caller: Identity, members: Readonly<Record<string, unknown>>) => object

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['AssumeRole', (aws, caller, members) => assumeRole(aws, caller, parseInput(AssumeRoleInput, members))],
  [
    'GetCallerIdentity',
    (_aws, { arn, userId, accountId }) => ({ Arn: arn, UserId: userId, Account: accountId }),
  ],
])

export const STS_OPERATIONS: readonly string[] = [...OPERATIONS.keys()]

/** The names of the Query protocol, where they differ, and their status. */
const NAMES: Readonly<Record<string, readonly [code: string, status: number]>> = {
  AccessDeniedException: ['AccessDenied', 403],
  ExpiredTokenException: ['ExpiredToken', 403],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
  SerializationException: ['MalformedInput', 400],
  UnrecognizedClientException: ['InvalidClientTokenId', 403],
  ValidationException: ['ValidationError', 400],
}

function errorOf(error: unknown, requestId: string): DoorAnswer {
  const known =
    error instanceof LocalAwsError
      ? error
      : new LocalAwsError('InternalFailure', 'The request processing has failed.', 500)
  const [Code, status] = NAMES[known.name] ?? [known.name, known.statusCode]
  const details = { Type: status >= 500 ? 'Receiver' : 'Sender', Code, Message: known.message }
  const body = `<ErrorResponse xmlns="${NAMESPACE}">${toXml({ Error: details, RequestId: requestId })}</ErrorResponse>`
  return answerOf(status, requestId, body)
}

const answerOf = (status: number, requestId: string, body: string): DoorAnswer => ({
  status,
  headers: { 'x-amzn-requestid': requestId, 'content-type': 'text/xml' },
  body,
})
