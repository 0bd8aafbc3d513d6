/** Framing: the same bytes are the same messages however the network cuts and merges them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Dialogue } from './dialogue.ts'
import { type Framing, FramingError, otherSide, type Side } from './framing.ts'
import { httpFraming } from './http.ts'
import { postgresFraming } from './postgres.ts'
import { turns } from './turns.ts'

interface Sent {
  readonly from: Side
  readonly bytes: Buffer
  readonly name: string
}

const sent = (from: Side, name: string, bytes: string | Buffer): Sent => ({
  from,
  name,
  bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
})

/** What a framing makes of chunks; `ended` sides send nothing more. */
function read<State>(
  framing: Framing<State>,
  chunks: readonly Omit<Sent, 'name'>[],
  ended: readonly Side[] = [],
) {
  const dialogue = new Dialogue(framing)
  const messages: Sent[] = []
  const points: string[] = []
  const take = (from: Side, hasEnded: boolean): void => {
    for (let next = dialogue.next(from, hasEnded); next; next = dialogue.next(from, hasEnded)) {
      messages.push({ from, name: next.name, bytes: next.bytes })
      if (next.isPoint) points.push(next.name)
    }
  }
  for (const { from, bytes } of chunks) {
    dialogue.add(from, bytes)
    take(from, false)
  }
  for (const from of ended) take(from, true)
  return {
    messages,
    points,
    rest: { client: dialogue.takeRest('client'), server: dialogue.takeRest('server') },
  }
}

/** What one side says in one go, merged and cut anywhere. */
const chunked = (talk: readonly Sent[]): fc.Arbitrary<Omit<Sent, 'name'>[]> => {
  const bursts: Omit<Sent, 'name'>[] = []
  for (const { from, bytes } of talk) {
    const last = bursts.at(-1)
    if (last?.from === from) bursts.splice(-1, 1, { from, bytes: Buffer.concat([last.bytes, bytes]) })
    else bursts.push({ from, bytes })
  }
  const split = ({ from, bytes }: Omit<Sent, 'name'>) =>
    fc
      .uniqueArray(fc.integer({ min: 1, max: Math.max(1, bytes.length - 1) }), { maxLength: 12 })
      .map((cuts) => {
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        return edges.slice(1).map((end, index) => ({ from, bytes: bytes.subarray(edges[index], end) }))
      })
  return fc.tuple(...bursts.map(split)).map((parts) => parts.flat())
}

const bytesUpTo = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes))

/** Each talk, however it is chunked, is read as what was sent. */
function expectSame<State>(
  framing: Framing<State>,
  talks: fc.Arbitrary<Sent[]>,
  ended: readonly Side[] = [],
) {
  const cases = talks.chain((talk) => fc.tuple(fc.constant(talk), chunked(talk)))
  fc.assert(
    fc.property(cases, ([talk, chunks]) => {
      const { messages, rest } = read(framing, chunks, ended)
      expect(messages).toEqual(talk)
      expect(rest).toEqual({ client: Buffer.alloc(0), server: Buffer.alloc(0) })
    }),
    { numRuns: 300 },
  )
}

describe('PostgreSQL', () => {
  const typed = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5, type, 'latin1')
    head.writeUInt32BE(body.length + 4, 1)
    return Buffer.concat([head, body])
  }
  const bare = (code: number, body = Buffer.alloc(0)) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(body.length + 8, 0)
    head.writeUInt32BE(code, 4)
    return Buffer.concat([head, body])
  }
  const ssl = sent('client', 'SSLRequest', bare(80877103))
  const startup = fc
    .tuple(fc.constantFrom(196608, 196610), bytesUpTo(60))
    .map(([code, body]) => sent('client', 'StartupMessage', bare(code, body)))
  const client = bytesUpTo(40).map((body) => sent('client', 'Bind', typed('B', body)))
  const server = bytesUpTo(40).map((body) => sent('server', 'DataRow', typed('D', body)))
  const talk = (opening: readonly Sent[]) =>
    fc
      .tuple(startup, fc.array(fc.oneof(client, server), { maxLength: 12 }))
      .map(([first, rest]) => [...opening, first, ...rest])

  test('without TLS, or where the server has none', () => {
    expectSame(postgresFraming, talk([]))
    expectSame(postgresFraming, talk([ssl, sent('server', 'answer N', 'N')]))
    const gss = sent('client', 'GSSENCRequest', bare(80877104))
    expectSame(postgresFraming, talk([gss, sent('server', 'answer N', 'N')]))
  })

  test('TLS starts after the answer S, and what follows is messages again', () => {
    const dialogue = new Dialogue(postgresFraming)
    dialogue.add('client', ssl.bytes)
    expect(dialogue.next('client')).not.toHaveProperty('startsTls')
    dialogue.add('server', Buffer.from('S'))
    expect(dialogue.next('server')).toMatchObject({ name: 'answer S', startsTls: true, isPoint: true })
    expectSame(postgresFraming, talk([ssl, sent('server', 'answer S', 'S')]))
  })

  test('a goodbye is passed on and is no point', () => {
    const talked = [
      sent('client', 'StartupMessage', bare(196608)),
      sent('client', 'Terminate', typed('X', Buffer.alloc(0))),
    ]
    const { messages, points } = read(postgresFraming, talked)
    expect(messages).toEqual(talked)
    expect(points).toEqual(['StartupMessage'])
  })

  test('names tell statements and refusals apart, and hold nothing of what was sent', () => {
    const started = [sent('client', '', bare(196608))]
    const nameOf = (from: Side, type: string, body: string) =>
      read(postgresFraming, [
        ...started,
        { from, bytes: typed(type, Buffer.from(body, 'latin1')) },
      ]).points.at(-1)
    expect(nameOf('client', 'Q', `alter role app PASSWORD 'hush'\0`)).toBe('Query ALTER')
    expect(nameOf('client', 'P', 'hush\0select 1\0\0\0')).toBe('Parse SELECT')
    expect(nameOf('server', 'C', 'ALTER ROLE\0')).toBe('CommandComplete ALTER ROLE')
    expect(nameOf('server', 'E', 'SFATAL\0C28P01\0Mhush\0\0')).toBe('ErrorResponse 28P01')
    expect(nameOf('server', 'R', '\0\0\0\x0a')).toBe('AuthenticationSASL')
    expect(nameOf('server', 'S', 'TimeZone\0hush\0')).toBe('ParameterStatus TimeZone')
    fc.assert(
      fc.property(
        fc.constantFrom<Side>('client', 'server'),
        fc.integer({ min: 1, max: 255 }),
        (from, type) => {
          expect(nameOf(from, String.fromCharCode(type), '12345 hush\0 hush\0')).not.toContain('hush')
        },
      ),
    )
  })

  test('what is not the protocol is refused', () => {
    expect(() => read(postgresFraming, [sent('client', '', 'GET / HTTP/1.1\r\n')])).toThrow(FramingError)
    expect(() => read(postgresFraming, [sent('server', '', 'HTTP/1.1 400 Bad')])).toThrow(FramingError)
    expect(() => read(postgresFraming, [ssl, sent('server', '', '?')])).toThrow(FramingError)
    const gss = sent('client', '', bare(80877104))
    expect(() => read(postgresFraming, [gss, sent('server', '', 'G')])).toThrow(FramingError)
  })
})

describe('HTTP/1.1', () => {
  const body = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes))
  const inChunks = fc
    .array(body, { maxLength: 4 })
    .map((parts) =>
      Buffer.concat([
        ...parts.flatMap((part) => [
          Buffer.from(`${part.length.toString(16)};ext=1\r\n`),
          part,
          Buffer.from('\r\n'),
        ]),
        Buffer.from('0\r\nX-Trailer: 1\r\n\r\n'),
      ]),
    )
  const withBody = (from: Side, of: string, line: string) =>
    fc.oneof(
      body.map((bytes) => [
        sent(from, `${of} head`, `${line}\r\nHost: x\r\ncontent-length:  ${bytes.length}\r\n\r\n`),
        sent(from, `${of} body`, bytes),
      ]),
      inChunks.map((bytes) => [
        sent(from, `${of} head`, `${line}\r\nTransfer-Encoding: chunked\r\n\r\n`),
        sent(from, `${of} body`, bytes),
      ]),
      fc.constant([sent(from, `${of} head`, `${line}\r\nContent-Length: 0\r\n\r\n`)]),
    )
  const head = (from: Side, of: string, line: string, fields = '') => [
    sent(from, `${of} head`, `${line}\r\n${fields}\r\n`),
  ]
  const exchange = fc.oneof(
    fc
      .tuple(
        withBody('client', 'POST', 'POST /hush?hush HTTP/1.1'),
        withBody('server', '200', 'HTTP/1.1 200 OK'),
      )
      .map(([request, response]) => [...request, ...response]),
    fc.constant([
      ...head('client', 'HEAD', 'HEAD / HTTP/1.1'),
      ...head('server', '200', 'HTTP/1.1 200 OK', 'Content-Length: 7\r\n'),
    ]),
    withBody('client', 'PUT', 'PUT / HTTP/1.1').map((request) => [
      ...request.slice(0, 1),
      ...head('server', '100', 'HTTP/1.1 100 Continue'),
      ...request.slice(1),
      ...head('server', '204', 'HTTP/1.1 204 No Content'),
    ]),
  )

  test('heads and bodies of exchanges that follow each other', () => {
    expectSame(
      httpFraming,
      fc.array(exchange, { minLength: 1, maxLength: 4 }).map((exchanges) => exchanges.flat()),
    )
  })

  test('requests that do not wait for answers', () => {
    const ask = head('client', 'GET', 'GET / HTTP/1.1')
    const answer = withBody('server', '200', 'HTTP/1.1 200 OK')
    expectSame(
      httpFraming,
      fc.tuple(answer, answer).map((answers) => [...ask, ...ask, ...answers.flat()]),
    )
  })

  test('a body that the end of the connection ends', () => {
    const ask = head('client', 'GET', 'GET / HTTP/1.1')
    const answer = body.map((bytes) => [
      ...ask,
      ...head('server', '200', 'HTTP/1.1 200 OK'),
      sent('server', '200 body', bytes),
    ])
    expectSame(httpFraming, answer, ['server'])
  })

  test.each([
    ['another protocol', [sent('client', '', '\0\0\0\x08\r\n\r\n')]],
    ['an answer to nothing', [sent('server', '', 'HTTP/1.1 200 OK\r\n\r\n')]],
    ['a body of no length', [sent('client', '', 'POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n')]],
    [
      'a chunk of no length',
      [sent('client', '', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n')],
    ],
    [
      'a switch of protocols',
      [sent('client', '', 'GET / HTTP/1.1\r\n\r\n'), sent('server', '', 'HTTP/1.1 101 Switching\r\n\r\n')],
    ],
    ['an endless head', [sent('client', '', 'x'.repeat(70_000))]],
  ])('refuses %s', (_what, chunks) => {
    expect(() => read(httpFraming, chunks)).toThrow(FramingError)
  })
})

test('turns: a point is what comes first after the direction changes, and every byte passes', () => {
  const chunk = fc.record({
    from: fc.constantFrom<Side>('client', 'server'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  })
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
      const { messages, points } = read(turns, chunks)
      expect(messages.map(({ from, bytes }) => ({ from, bytes }))).toEqual(chunks)
      const changes = chunks.filter(({ from }, index) => chunks[index - 1]?.from !== from)
      expect(points).toHaveLength(changes.length)
    }),
  )
  expect(turns.counts).toBe('turns')
  expect(otherSide('client')).toBe('server')
})
