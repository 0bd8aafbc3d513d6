import { describe, expect, test } from 'vitest'
import { Sessions } from './sessions.ts'
import type { StsPort } from './sts-port.ts'

const REQUEST = {
  roleArn: 'arn:aws:iam::444455556666:role/quarterturn-target',
  externalId: 'external',
  name: 'rotation',
  policy: '{}',
}

function setUp(answer: (call: number) => object = () => ({})) {
  let now = 1_000_000
  const asked: Parameters<StsPort['assumeRole']>[0][] = []
  const sessions = new Sessions(
    {
      assumeRole: async (input) => {
        asked.push(input)
        return {
          Credentials: {
            AccessKeyId: `key-${asked.length}`,
            SecretAccessKey: 'secret',
            SessionToken: 'token',
            Expiration: new Date(now + input.DurationSeconds * 1_000),
            ...answer(asked.length),
          },
        }
      },
    },
    () => now,
    ({ accessKeyId }) => accessKeyId,
  )
  const pass = (ms: number): void => {
    now += ms
  }
  return { sessions, asked, pass }
}

const denied =
  (name: string, message = 'User is not authorized to perform: sts:AssumeRole') =>
  () => {
    throw Object.assign(new Error(message), { name, $fault: 'client' })
  }

describe('a session', () => {
  test('is asked for with the role, the external id, the name and the policy, for fifteen minutes', async () => {
    const { sessions, asked } = setUp()
    expect(await sessions.get(REQUEST)).toBe('key-1')
    expect(asked).toEqual([
      {
        RoleArn: REQUEST.roleArn,
        RoleSessionName: 'rotation',
        ExternalId: 'external',
        DurationSeconds: 900,
        Policy: '{}',
      },
    ])
  })

  test('is kept until a minute before it expires', async () => {
    const { sessions, pass } = setUp()
    await sessions.get(REQUEST)
    pass(839_000)
    expect(await sessions.get(REQUEST)).toBe('key-1')
    pass(1_000)
    expect(await sessions.get(REQUEST)).toBe('key-2')
  })

  test.each([
    ['role', { roleArn: REQUEST.roleArn.replace('4444', '5555') }],
    ['name', { name: 'another-rotation' }],
    ['policy', { policy: '{"Statement":[]}' }],
    ['external id', { externalId: 'other' }],
  ])('is not shared with another %s', async (_what, changes) => {
    const { sessions } = setUp()
    await sessions.get(REQUEST)
    expect(await sessions.get({ ...REQUEST, ...changes })).toBe('key-2')
    expect(await sessions.get(REQUEST)).toBe('key-1')
  })

  test('is forgotten when a hundred others came after it', async () => {
    const { sessions } = setUp()
    await sessions.get(REQUEST)
    for (let at = 0; at < 100; at += 1) await sessions.get({ ...REQUEST, name: `rotation-${at}` })
    expect(await sessions.get(REQUEST)).toBe('key-102')
  })

  test('that was refused is asked for again', async () => {
    const { sessions } = setUp((call) => (call === 1 ? denied('AccessDenied')() : {}))
    await expect(sessions.get(REQUEST)).rejects.toMatchObject({
      code: 'ROLE_REFUSED',
      retryable: false,
      problem: `the role ${REQUEST.roleArn} is not given to this function`,
    })
    expect(await sessions.get(REQUEST)).toBe('key-2')
  })

  test.each([
    ['Throttling', 'Rate exceeded', 'AWS_UNAVAILABLE'],
    ['ExpiredToken', 'expired', 'AWS_ACCESS_DENIED'],
    ['PackedPolicyTooLarge', 'use smaller policy', 'AWS_REFUSED'],
    ['AbortError', 'Request aborted', 'DEADLINE'],
  ])('that fails with %s says so', async (name, message, code) => {
    const { sessions } = setUp(denied(name, message))
    await expect(sessions.get(REQUEST)).rejects.toMatchObject({ code })
  })

  test('without credentials is none', async () => {
    const { sessions } = setUp(() => ({ SessionToken: undefined }))
    await expect(sessions.get(REQUEST)).rejects.toMatchObject({ code: 'AWS_REFUSED' })
  })
})
