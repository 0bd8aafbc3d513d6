/** Servers that say strange things: none of it is taken for an answer about the password, and none of it ends the process. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Certificate, createTestCa, type TestCa } from '../../test/servers/certificates.ts'
import {
  ASK_CLEAR_TEXT,
  ASK_MD5,
  ASK_SCRAM,
  AUTHENTICATION_OK,
  type FakeOptions,
  failure,
  message,
  oneRow,
  READY,
  startFakePostgres,
} from '../../test/servers/fake-postgres.ts'
import { probe, secretFor, withSession } from './test-target.ts'

const PASSWORD = 'hunter2-hunter2'
const unexpected: unknown[] = []
const note = (error: unknown) => unexpected.push(error)
let ca: TestCa
let certificate: Certificate

beforeAll(async () => {
  ca = await createTestCa()
  certificate = await ca.issue()
  process.on('uncaughtExceptionMonitor', note)
})
afterAll(() => {
  process.off('uncaughtExceptionMonitor', note)
  expect(unexpected).toEqual([])
})

/** Probes a server of exact bytes, over TLS unless told otherwise. */
async function probed(options: FakeOptions, { ssl = true, connectTimeoutMs = 500 } = {}) {
  const fake = await startFakePostgres({ ...(ssl ? { certificate } : {}), ...options })
  try {
    const secret = secretFor(fake, { username: 'app', password: PASSWORD, ssl })
    const verdict = await probe(secret, { ca: ca.pem, allowClearTextLoopback: true, connectTimeoutMs })
    return { verdict, received: fake.received.join('\n') }
  } finally {
    await fake.stop()
  }
}

/** What the server answers when it is asked who we are. */
const LET_IN = Buffer.concat([AUTHENTICATION_OK, READY])
const ROW = oneRow({ session: 'app', acting: 'app', place: 'writer' })

const unknown = expect.objectContaining({ verdict: 'unknown' })

describe('the password is not given away', () => {
  test('when it is asked for in clear text without TLS', async () => {
    const { verdict, received } = await probed({ replies: [ASK_CLEAR_TEXT] }, { ssl: false })
    expect(verdict).toEqual(unknown)
    expect(received).not.toContain(PASSWORD)
  })

  test('when it is asked for again in a weaker form', async () => {
    const { verdict, received } = await probed({ replies: [Buffer.concat([ASK_SCRAM, ASK_CLEAR_TEXT])] })
    expect(verdict).toEqual(unknown)
    expect(received).not.toContain(PASSWORD)
  })

  test.each([
    ['turned down', Buffer.from('N'), 'TLS_UNAVAILABLE'],
    ['answered with an error', failure('53300'), 'TARGET_UNREACHABLE'],
    ['answered with an error of the old protocol', Buffer.from('E'), 'TARGET_UNREACHABLE'],
    ['answered with something else', Buffer.from('HTTP/1.1 400\r\n\r\n'), 'TARGET_UNREACHABLE'],
    [
      'accepted with text slipped in behind it',
      Buffer.concat([Buffer.from('S'), AUTHENTICATION_OK]),
      'TARGET_UNREACHABLE',
    ],
    ['accepted and then broken', Buffer.from('S'), 'TARGET_UNREACHABLE'],
  ])('when TLS is %s', async (_, answerToTls, code) => {
    const { verdict, received } = await probed({ answerToTls })
    expect(verdict).toEqual({ verdict: 'unknown', reason: expect.any(String), code })
    expect(received).not.toContain('app')
  })
})

describe('nothing is concluded', () => {
  const wrongNonce = message('R', 11, Buffer.from('r=somebody-elses,s=c2FsdHNhbHRzYWx0,i=4096'))
  test.each<[string, Uint8Array[]]>([
    ['from 28P01 before the password was asked for', [failure('28P01')]],
    ['from a refusal without an SQLSTATE', [message('E', Buffer.from('SFATAL\0Mno\0\0'))]],
    ['from a pooler that cannot reach its server', [failure('08P01', 'server login has been failing')]],
    ['from a server that is starting', [failure('57P03')]],
    ['from a server that is stopping', [failure('57P01')]],
    ['from an internal error', [failure('XX000')]],
    ['when it asks for SCRAM and lets us in without it', [ASK_SCRAM, LET_IN, ROW]],
    [
      'when it claims to know the password',
      [ASK_SCRAM, Buffer.concat([message('R', 12, Buffer.from('v=AAAA')), LET_IN]), ROW],
    ],
    ['when it answers somebody else’s SCRAM', [ASK_SCRAM, wrongNonce]],
    ['when it knows another SCRAM', [message('R', 10, 'SCRAM-SHA-512', '')]],
    ['when it continues what was not begun', [message('R', 11, Buffer.from('r=x'))]],
    ['when it asks for Kerberos', [message('R', 7)]],
    ['when it asks for what does not exist', [message('R', 99)]],
    ['from a ready server that never asked', [READY]],
    ['from an error without an end', [message('E', Buffer.from('SFATAL'))]],
    ['from a message that is too long', [Buffer.from('E\x7f\xff\xff\xff', 'latin1')]],
    ['from a message shorter than its length', [Buffer.from('R\0\0\0\x01', 'latin1')]],
    ['from a question without its salt', [message('R', 5)]],
    [
      'from a stream of notices',
      [
        Buffer.concat(
          Array.from({ length: 40_000 }, () =>
            message('N', Buffer.from('MMore to come, and then still more\0\0')),
          ),
        ),
      ],
    ],
    ['from another protocol', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
  ])('%s', async (_, replies) => {
    expect((await probed({ replies })).verdict).toEqual(unknown)
  })

  test('from a server that closes the connection', async () => {
    expect((await probed({ replies: ['end'] })).verdict).toEqual(unknown)
    expect((await probed({ replies: [ASK_MD5, 'end'] })).verdict).toEqual(unknown)
  })

  test('from a server that says nothing, within the time for connecting', async () => {
    const started = performance.now()
    expect((await probed({}, { connectTimeoutMs: 200 })).verdict).toEqual({
      verdict: 'unknown',
      reason: 'no answer within 200 ms',
      code: 'TARGET_UNREACHABLE',
    })
    expect(performance.now() - started).toBeLessThan(1500)
  })

  test('from a server that lets us in and then says nothing', async () => {
    const fake = await startFakePostgres({
      certificate,
      replies: [ASK_MD5, LET_IN],
    })
    const secret = secretFor(fake, { username: 'app', password: PASSWORD })
    expect(await probe(secret, { ca: ca.pem, timeLeftMs: 400 })).toEqual(unknown)
    await fake.stop()
  })
})

test('text slipped in behind the answer about TLS is not waited for', async () => {
  const { verdict } = await probed({ answerToTls: Buffer.concat([Buffer.from('S'), AUTHENTICATION_OK]) })
  expect(verdict).toMatchObject({ reason: 'the server does not answer the request for TLS' })
})

test('a whole conversation is taken for what it says', async () => {
  expect((await probed({ replies: [ASK_MD5, LET_IN, ROW] })).verdict).toEqual({
    verdict: 'accepted',
    as: 'app',
  })
  expect((await probed({ replies: [LET_IN, ROW] })).verdict.verdict).toBe('unprovable')
  const other = oneRow({ session: 'postgres', acting: 'postgres', place: 'writer' })
  expect((await probed({ replies: [ASK_MD5, LET_IN, other] })).verdict).toEqual(unknown)
})

test('a server that really refuses the password is told from all of these', async () => {
  expect((await probed({ replies: [ASK_MD5, failure('28P01')] })).verdict.verdict).toBe('rejected')
  expect((await probed({ replies: [ASK_MD5, failure('28000')] })).verdict.verdict).toBe('barred')
})

describe('a refusal after the password', () => {
  const refusedWith = (sqlstate: string) => Buffer.concat([AUTHENTICATION_OK, failure(sqlstate)])
  const verdictTo = async (...replies: Uint8Array[]) => (await probed({ replies })).verdict

  test('proves it when it was for a connection limit', async () => {
    expect(await verdictTo(ASK_MD5, refusedWith('53300'))).toEqual({ verdict: 'accepted', as: 'app' })
    expect(await verdictTo(ASK_CLEAR_TEXT, refusedWith('53300'))).toEqual({ verdict: 'accepted', as: 'app' })
  })

  test.each<[string, string, Uint8Array[]]>([
    ['before it was asked for', 'barred', [failure('53300')]],
    ['before it was taken', 'barred', [ASK_MD5, failure('53300')]],
    ['where it was not asked for', 'barred', [refusedWith('53300')]],
    ['without waiting for our answer', 'unknown', [Buffer.concat([ASK_MD5, refusedWith('53300')])]],
    ['without SCRAM', 'unknown', [ASK_SCRAM, refusedWith('53300')]],
    [
      'with a signature that is not the server’s',
      'unknown',
      [ASK_SCRAM, Buffer.concat([message('R', 12, Buffer.from('v=AAAA')), refusedWith('53300')])],
    ],
  ])('proves nothing %s', async (_, verdict, replies) => {
    expect(await verdictTo(...replies)).toMatchObject({ verdict })
  })

  test.each(['28000', '3D000', '42501', '55000'])(
    'bars it with %s, and says that it is right',
    async (state) => {
      expect(await verdictTo(ASK_MD5, refusedWith(state))).toMatchObject({
        verdict: 'barred',
        reason: expect.stringContaining('the password itself was taken'),
      })
    },
  )

  test.each(['28P01', '08004', '57P01', '57P03', '53200', 'XX000'])('says nothing with %s', async (state) => {
    expect(await verdictTo(ASK_MD5, refusedWith(state))).toMatchObject({ verdict: 'unknown' })
  })
})

test('a session at a replica, or at who knows what, proves nothing about the writer', async () => {
  const replica = oneRow({ session: 'app', acting: 'app', place: 'replica' })
  expect((await probed({ replies: [ASK_MD5, LET_IN, replica] })).verdict).toMatchObject({
    verdict: 'unknown',
    code: 'TARGET_READ_ONLY',
  })
  const silent = oneRow({ session: 'app', acting: 'app' })
  expect((await probed({ replies: [ASK_MD5, LET_IN, silent] })).verdict).toEqual(unknown)
})

test('no reply of any kind is proof, a rejection, or the end of this process', async () => {
  const bytes = fc.uint8Array({ maxLength: 60 })
  const known = fc.constantFrom(
    ASK_SCRAM,
    ASK_MD5,
    AUTHENTICATION_OK,
    READY,
    message('K', 1, 2),
    message('S', 'a', 'b'),
  )
  const framed = fc
    .tuple(fc.constantFrom(...'RSKZENTtDCA123InsGHWdcv'), bytes)
    .map(([type, body]) => message(type, body))
  const reply = fc.oneof(
    bytes,
    known,
    framed,
    fc.array(fc.oneof(known, framed), { maxLength: 6 }).map((all) => Buffer.concat(all)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 3 }), async (replies) => {
      const { verdict } = await probed({ replies: [...replies, 'end'] }, { ssl: false, connectTimeoutMs: 60 })
      expect(['unknown', 'unprovable']).toContain(verdict.verdict)
    }),
    { numRuns: 150 },
  )
})

test('what a server says is not repeated, and no error carries the password', async () => {
  const fake = await startFakePostgres({
    certificate,
    replies: [ASK_CLEAR_TEXT, failure('28000', `not ${PASSWORD}`)],
  })
  const secret = secretFor(fake, { username: 'app', password: PASSWORD })
  await withSession({ current: secret }, { ca: ca.pem }, async (session) => {
    expect(JSON.stringify(await session.probe({ who: 'current', at: 'writer' }))).not.toContain(PASSWORD)
  })
  await fake.stop()
})
