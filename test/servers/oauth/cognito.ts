/** The client secrets of Amazon Cognito's user pools, as its API reference documents them. */
import { randomBytes } from 'node:crypto'
import { signatureIn } from '../../../shared/local/http/signature.ts'
import { type Keys, refusalOfSignature } from '../aws-signature.ts'
import type { ApiReply, ApiRequest, Vendor } from './authority.ts'
import type { ClientBook } from './book.ts'

export const REGION = 'eu-west-1'
export const POOL = `${REGION}_AbCdEfGhI`
export const KEYS = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'canary-of-the-access-key-0123456789',
  sessionToken: 'canary-of-the-session-token-0123456789',
}

export interface CognitoOptions {
  /** What `DescribeUserPool` says of the domains of the pool. Default: the host that it was asked at, as one of its owner's. */
  readonly domains?: { readonly Domain?: string; readonly CustomDomain?: string }
  /** The keys that calls may be signed with, by their id. Default: `KEYS`. */
  readonly keysOf?: (accessKeyId: string) => Keys | undefined
  /** What the owner of these keys may not do. Default: nothing. */
  readonly denies?: (operation: string, accessKeyId: string) => boolean
}

const ofTest = (id: string): Keys | undefined => (id === KEYS.accessKeyId ? KEYS : undefined)

const TARGET = 'AWSCognitoIdentityProviderService.'

/** What is asked for; empty where it is nothing of this API. */
export function operationOf(headers: ApiRequest['headers']): string {
  const target = String(headers['x-amz-target'])
  return target.startsWith(TARGET) ? target.slice(TARGET.length) : ''
}

export const cognito =
  ({ domains, keysOf = ofTest, denies = () => false }: CognitoOptions = {}): Vendor =>
  (request, { book }) => {
    if (request.method !== 'POST' || request.path !== '/') return undefined
    const refusal = refusalOfSignature(request, keysOf, { region: REGION, service: 'cognito-idp' })
    if (refusal !== undefined) return failed(refusal)
    const operation = operationOf(request.headers)
    if (denies(operation, signatureIn(request.headers.authorization)?.accessKeyId ?? ''))
      return failed('AccessDeniedException')
    const body = request.body as Readonly<Record<string, unknown>>
    if (body['UserPoolId'] !== POOL) return failed('ResourceNotFoundException')
    if (operation === 'DescribeUserPool')
      return {
        status: 200,
        body: { UserPool: { Id: POOL, Name: 'customers', ...(domains ?? ofHost(request.headers)) } },
      }
    const clientId = String(body['ClientId'])
    if (!book.ids.includes(clientId)) return failed('ResourceNotFoundException')
    return OPERATIONS[operation]?.(book, clientId, body) ?? failed('UnknownOperationException')
  }

const ofHost = ({ host }: ApiRequest['headers']) => ({ CustomDomain: new URL(`http://${host}`).hostname })

type Operation = (book: ClientBook, clientId: string, body: Readonly<Record<string, unknown>>) => ApiReply

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ListUserPoolClientSecrets: (book, clientId) => ({
    status: 200,
    body: {
      ClientSecrets: [...book.of(clientId).values()].map(({ id, createdAt }) => described(id, createdAt)),
    },
  }),

  AddUserPoolClientSecret: (book, clientId, { ClientSecret: chosen }) => {
    if (chosen !== undefined && !/^[\w+]{24,64}$/.test(String(chosen)))
      return failed('InvalidParameterException')
    if (book.of(clientId).size >= 2) return failed('LimitExceededException')
    const value = chosen === undefined ? randomBytes(25).toString('hex') : String(chosen)
    const { id, createdAt } = addTo(book, clientId, value)
    // What was chosen is not said again.
    return {
      status: 200,
      body: {
        ClientSecretDescriptor: {
          ...described(id, createdAt),
          ...(chosen === undefined ? { ClientSecretValue: value } : {}),
        },
      },
    }
  },

  DeleteUserPoolClientSecret: (book, clientId, { ClientSecretId: id }) => {
    const secrets = book.of(clientId)
    if (!secrets.has(String(id))) return failed('ResourceNotFoundException')
    if (secrets.size === 1) return failed('InvalidParameterException')
    secrets.delete(String(id))
    return { status: 200, body: {} }
  },
}

/** One more, under an id in the documented form. */
export function addTo(book: ClientBook, clientId: string, value: string) {
  let createdAt = book.now()
  while (book.of(clientId).has(`${clientId}--${createdAt}`)) createdAt += 1
  return book.add(clientId, value, { id: `${clientId}--${createdAt}`, createdAt })
}

/** Times are in seconds, with a fraction. */
const described = (id: string, createdAt: number) => ({
  ClientSecretId: id,
  ClientSecretCreateDate: createdAt / 1_000,
})

/** A careless service repeats what was sent, as this message does. */
const failed = (name: string): ApiReply => ({
  status: 400,
  body: { __type: name, message: `refused: ${KEYS.secretAccessKey} ${KEYS.sessionToken}` },
})
