import { gzipSync } from 'node:zlib'
import type { DoorRequest } from '../../shared/local/http/door.ts'
import type { Random } from '../../shared/local/model/random.ts'
import { OPERATIONS, properBody, spoil } from './bodies.ts'
import { hostileText, oneOf, TOKEN } from './pools.ts'

/** A request that is wrong somewhere, or nowhere. */
export function drawRequest(random: Random): DoorRequest {
  const operation = oneOf(random, OPERATIONS)
  let body = properBody(operation, random)
  for (let times = random.below(4); times > 0; times -= 1) body = spoil(body, random)
  const request: DoorRequest = {
    method: 'POST',
    path: '/',
    headers: {
      'x-amz-target': `secretsmanager.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
      authorization: random.chance(0.2)
        ? signedFor(oneOf(random, ['us-east-1', 'us-east-1', 'sa-east-1']))
        : AUTHORIZATION,
      'x-amz-date': '20260102T030405Z',
    },
    body: Buffer.from(JSON.stringify(body)),
  }
  return random.chance(0.4)
    ? oneOf(random, [spoiltText, spoiltHead, otherDoor, stsRequest, schedulerRequest])(request, random)
    : request
}

/** A signature by its shape; nobody looks whether it is right. */
const signedFor = (region: string): string =>
  `AWS4-HMAC-SHA256 Credential=local/20260102/${region}/secretsmanager/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`

export const AUTHORIZATION = signedFor('eu-west-1')

/** The body as text or bytes that no writer of JSON would send. */
function spoiltText(request: DoorRequest, random: Random): DoorRequest {
  const text = Buffer.from(request.body).toString()
  const at = random.below(text.length + 1)
  const depth = random.below(20) === 0 ? 100_000 : random.below(30)
  const spoilt: readonly [() => string | Uint8Array, ...(() => string | Uint8Array)[]] = [
    () => text.slice(0, at),
    () => text + text,
    () => `${text.slice(0, at)}${String.fromCharCode(random.below(128))}${text.slice(at)}`,
    () => text.replace('{', '{"SecretId":"db","SecretId":"binary",'),
    () => text.replace('{', `{"x":${'['.repeat(depth)}${']'.repeat(depth)},`),
    () => text.replace('{', `{"x":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)},`),
    () => text.replace('{', '{"MaxResults":1e999,'),
    () => text.replace('{', '{"PasswordLength":NaN,'),
    () => text.replaceAll(/"SecretId":"[^"]*"/g, '"SecretId":"\\ud800"'),
    () => text.replaceAll(/"(SecretString|Name)":"[^"]*"/g, '"$1":"a\\udfff"'),
    () => text.replaceAll('"', "'"),
    () => `[${text}]`,
    () => JSON.stringify(text),
    () => `\ufeff${text}`,
    () => Buffer.from(text, 'utf16le'),
    () => gzipSync(text),
    () => Uint8Array.from(Buffer.from(text), (byte) => (random.chance(0.03) ? random.below(256) : byte)),
    () => Uint8Array.from({ length: random.below(300) }, () => random.below(256)),
    () => '',
    () => 'null',
    () => '9'.repeat(5000),
    () => '<?xml version="1.0"?><a/>',
    () => `Action=GetCallerIdentity&Version=2011-06-15&x=${encodeURIComponent(text)}`,
  ]
  const body = oneOf(random, spoilt)()
  return { ...request, body: typeof body === 'string' ? Buffer.from(body) : body }
}

function spoiltHead(request: DoorRequest, random: Random): DoorRequest {
  const { headers } = request
  const target = headers['x-amz-target'] as string
  const changed: readonly [() => Partial<DoorRequest>, ...(() => Partial<DoorRequest>)[]] = [
    () => ({
      method: oneOf(random, ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'post', '', 'TRACE']),
    }),
    () => ({
      path: oneOf(random, ['*', '', '//', '/..%2f', '/x?y=%zz', `/${'a'.repeat(5000)}`, 'http://127.0.0.1/']),
    }),
    () => ({ headers: { ...headers, 'x-amz-target': hostileText(random) } }),
    () => ({ headers: { ...headers, 'x-amz-target': target.toLowerCase() } }),
    () => ({ headers: { ...headers, 'x-amz-target': `${target} ` } }),
    () => ({ headers: { ...headers, 'x-amz-target': `${target}, ${target}` } }),
    () => ({
      headers: {
        ...headers,
        'x-amz-target': `secretsmanager.${oneOf(random, ['__proto__', 'constructor', 'hasOwnProperty', ''])}`,
      },
    }),
    () => ({ headers: { ...headers, 'content-type': hostileText(random) } }),
    () => ({ headers: { ...headers, authorization: hostileText(random) } }),
    () => ({ headers: { ...headers, authorization: AUTHORIZATION.replace('local', hostileText(random)) } }),
    () => ({ headers: { ...headers, 'x-amz-date': hostileText(random) } }),
    () => ({ headers: { ...headers, 'x-amz-security-token': hostileText(random) } }),
    () => ({ headers: { ...headers, origin: 'https://example.com' } }),
    () => ({
      headers: {
        ...headers,
        host: oneOf(random, ['example.com', '127.0.0.1.example.com', '', '127.0.0.1:x']),
      },
    }),
    () => ({ headers: {} }),
  ]
  return { ...request, ...oneOf(random, changed)() }
}

/** Lambda's door and our own pages. */
function otherDoor(request: DoorRequest, random: Random): DoorRequest {
  const { body } = request
  const name = oneOf(random, [
    'echo',
    'throws',
    'cyclic',
    'none',
    '%zz',
    '..',
    'arn%3Aaws%3Alambda%3A%3A%3Afunction%3Aecho',
  ])
  const invocation = `/2015-03-31/functions/${name}/invocations`
  const path = oneOf(random, [
    invocation,
    invocation,
    `${invocation}?Qualifier=${oneOf(random, ['$LATEST', '1', '%', ''])}`,
    `/2015-03-31/functions/${encodeURIComponent(hostileText(random).toWellFormed())}/invocations`,
    '/2015-03-31/functions/',
    '/_quarterturn/state',
    '/_quarterturn/../state',
    `/_quarterturn/${random.alphanumeric(5)}`,
  ])
  const type = oneOf(random, ['RequestResponse', 'Event', 'DryRun', 'x', ''])
  const method = oneOf(random, ['POST', 'POST', 'GET', 'DELETE'])
  return { method, path, headers: { ...request.headers, 'x-amz-invocation-type': type }, body }
}

function stsRequest({ headers }: DoorRequest, random: Random): DoorRequest {
  const members: Record<string, string> = {
    Action: oneOf(random, ['AssumeRole', 'AssumeRole', 'GetCallerIdentity', 'GetSessionToken', '']),
    Version: '2011-06-15',
    RoleArn: oneOf(random, [
      'arn:aws:iam::111122223333:role/target',
      'arn:aws:iam::444455556666:role/none',
      '*',
    ]),
    RoleSessionName: 'fuzz',
    ExternalId: oneOf(random, ['agreed', 'other']),
    DurationSeconds: '900',
    'Tags.member.1.Key': 'team',
    'Tags.member.1.Value': 'red',
    Policy: '{"Version":"2012-10-17","Statement":[]}',
  }
  const names = [
    ...Object.keys(members),
    'Tags.member.0',
    'Tags.member.x.Key',
    'a.b.c.d.e.f.g',
    '__proto__.x',
  ]
  for (let times = random.below(3); times > 0; times -= 1)
    members[names[random.below(names.length)] ?? ''] = hostileText(random).toWellFormed()
  const text = new URLSearchParams(members).toString()
  const { 'x-amz-target': _, ...others } = headers
  return {
    method: random.chance(0.95) ? 'POST' : 'GET',
    path: '/',
    headers: { ...others, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: Buffer.from(random.chance(0.1) ? `${text}&Action=AssumeRole&%zz=%` : text),
  }
}

function schedulerRequest({ headers }: DoorRequest, random: Random): DoorRequest {
  const proper = {
    ScheduleExpression: 'at(2026-03-01T00:00:00)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:manual',
      RoleArn: 'arn:aws:iam::111122223333:role/scheduler',
      Input: '{"a":1}',
    },
    ClientToken: TOKEN,
  }
  let body: Record<string, unknown> = proper
  for (let times = random.below(3); times > 0; times -= 1) body = spoil(body, random)
  const name = random.chance(0.7)
    ? `schedule-${random.below(4)}`
    : encodeURIComponent(hostileText(random).toWellFormed())
  const { 'x-amz-target': _, ...others } = headers
  return {
    method: oneOf(random, ['POST', 'POST', 'PUT', 'GET', 'DELETE', 'PATCH']),
    path: oneOf(random, [
      `/schedules/${name}`,
      `/schedules/${name}?groupName=${name}`,
      '/schedules?MaxResults=x',
      '/schedules/%zz',
    ]),
    headers: { ...others, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  }
}
