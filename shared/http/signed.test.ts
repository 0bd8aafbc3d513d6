import { describe, expect, test } from 'vitest'
import { type Keys, refusalOfSignature, type SignedRequest } from '../../test/servers/aws-signature.ts'
import type { HttpRequest } from './exchange.ts'
import { endpointOf, sendSigned } from './signed.ts'

const KEYS = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'token/with+signs==',
}
const PLACE = { region: 'eu-west-1', service: 'cognito-idp' }

/** What is sent, as a server hears it. */
async function signed(credentials = KEYS): Promise<SignedRequest> {
  let heard: HttpRequest | undefined
  const send = async (request: HttpRequest) => {
    heard = request
    return { status: 200, headers: {}, body: '' }
  }
  await sendSigned(
    { send },
    {
      ...PLACE,
      origin: 'https://cognito-idp.eu-west-1.amazonaws.com',
      target: 'AWSCognitoIdentityProviderService.DescribeUserPool',
      body: { UserPoolId: 'eu-west-1_Ünïcode' },
      credentials,
    },
  )
  const { method = 'GET', path = '', headers = {}, body = '' } = heard ?? {}
  return { method, path, headers, text: body }
}

const withKeys = (changes: Partial<Keys>): Keys => ({ ...KEYS, ...changes })

describe('a signed call', () => {
  test('is taken by who checks it by the documentation of AWS', async () => {
    const request = await signed()
    expect(refusalOfSignature(request, () => KEYS, PLACE)).toBeUndefined()
    expect(JSON.stringify(request)).not.toContain(KEYS.secretAccessKey)
  })

  test.each([
    ['other keys', withKeys({ secretAccessKey: 'other' }), {}],
    ['keys of another session', withKeys({ sessionToken: 'other' }), {}],
    ['keys that AWS does not know', undefined, {}],
    ['another Region', KEYS, { region: 'eu-central-1' }],
    ['another service', KEYS, { service: 'rds' }],
  ])('is refused with %s', async (_what, keys, place) => {
    expect(refusalOfSignature(await signed(), () => keys, { ...PLACE, ...place })).toBeDefined()
  })

  const TARGET = { 'x-amz-target': 'AWSCognitoIdentityProviderService.DeleteUserPool' }
  test.each([
    ['its body', (_: object) => ({ text: '{}' })],
    ['what is asked for', (headers: object) => ({ headers: { ...headers, ...TARGET } })],
    ['its host', (headers: object) => ({ headers: { ...headers, host: 'elsewhere.example.com' } })],
    ['a header beside', (headers: object) => ({ headers: { ...headers, 'x-amz-more': 'unsigned' } })],
    ['its time', (headers: object) => ({ headers: { ...headers, 'x-amz-date': '20200101T000000Z' } })],
    ['no signature', ({ authorization: _, ...headers }: Record<string, string>) => ({ headers })],
  ])('is refused when somebody changed it on its way: %s', async (_what, change) => {
    const request = await signed()
    const changed = { ...request, ...change(request.headers as Record<string, string>) }
    expect(refusalOfSignature(changed, () => KEYS, PLACE)).toBeDefined()
  })
})

test.each([
  ['aws', 'https://rds.eu-west-1.amazonaws.com'],
  ['aws-us-gov', 'https://rds.eu-west-1.amazonaws.com'],
  ['aws-cn', 'https://rds.eu-west-1.amazonaws.com.cn'],
  ['aws-iso', undefined],
])('the endpoint of a service in the partition %s', (partition, endpoint) => {
  expect(endpointOf('rds', `arn:${partition}:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf`)).toBe(
    endpoint,
  )
})

test('the endpoint of a service is elsewhere where the SDK would look elsewhere', () => {
  const env = { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: 'https://vpce-1.example.com/' }
  const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf'
  expect(endpointOf('cognito-idp', arn, env)).toBe('https://vpce-1.example.com')
  expect(endpointOf('rds', arn, env)).toBe('https://rds.eu-west-1.amazonaws.com')
})
