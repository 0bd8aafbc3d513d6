import { connect, type Socket } from 'node:net'
import type { Random } from '../../shared/local/model/random.ts'
import { drawRequest } from './requests.ts'

/** Bytes on a connection, and what must come of them. */
export interface Exchange {
  /** Written one after the other, with a pause between. */
  readonly parts: readonly Buffer[]
  readonly pauseMs: number
  /** The client goes before it has sent all. */
  readonly isAborted: boolean
  /** Whether an answer has to come. Without one, the connection has to end. */
  readonly needsAnswer: boolean
}

/** One connection's worth of trouble. */
export function drawExchange(random: Random): Exchange {
  const { method, path, headers, body } = drawRequest(random)
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(
    ([name, value]) => `${name}: ${oneLine(value)}\r\n`,
  )
  const start = `${/^[A-Z]+$/.test(method) ? method : 'POST'} ${oneLine(path) || '/'} HTTP/1.1\r\n${lines.join('')}`
  const bytes = Buffer.from(body)
  const whole = Buffer.concat([
    Buffer.from(`${start}content-length: ${bytes.length}\r\n\r\n`, 'latin1'),
    bytes,
  ])
  const at = random.below(whole.length)
  const plain = { pauseMs: 0, isAborted: false, needsAnswer: true }
  switch (random.below(12)) {
    case 0:
      return { ...plain, parts: [whole.subarray(0, at)], isAborted: true, needsAnswer: false }
    case 1:
      return { ...plain, parts: [whole.subarray(0, at), whole.subarray(at)], pauseMs: random.below(5) }
    case 2:
      return {
        ...plain,
        parts: [Buffer.from(`${start}transfer-encoding: chunked\r\n\r\n`, 'latin1'), ...chunked(bytes)],
      }
    case 3:
      return {
        ...plain,
        parts: [
          Buffer.from(
            `${start}transfer-encoding: chunked\r\n\r\n${notHex(random)}\r\nx\r\n0\r\n\r\n`,
            'latin1',
          ),
        ],
      }
    case 4:
      return {
        ...plain,
        parts: [
          Buffer.from(`${start}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 'latin1'),
        ],
      }
    case 5:
      return {
        ...plain,
        parts: [Buffer.from(`${start}content-length: ${notANumber(random)}\r\n\r\n`, 'latin1')],
      }
    case 6:
      return { ...plain, parts: [Buffer.from(`${start}content-length: 99999999\r\n\r\n`, 'latin1')] }
    case 7:
      return { ...plain, parts: [Buffer.from(`${start}x: ${'y'.repeat(20_000)}\r\n\r\n`, 'latin1')] }
    case 8:
      return {
        ...plain,
        parts: [Buffer.from(Array.from({ length: 1 + random.below(200) }, () => random.below(256)))],
        isAborted: true,
        needsAnswer: false,
      }
    case 9:
      return {
        ...plain,
        parts: [...whole].length < 500 ? [...whole].map((byte) => Buffer.of(byte)) : [whole],
      }
    default:
      return { ...plain, parts: [whole] }
  }
}

const oneLine = (value: unknown): string => String(value).replaceAll(/[\r\n\0 ]/g, '_')
const notHex = (random: Random): string =>
  ['zz', '-1', '', 'ffffffffffffffffff', '1 2'][random.below(5)] ?? ''
const notANumber = (random: Random): string => ['-1', 'x', '1e3', '0x10', '5, 6', ''][random.below(6)] ?? ''

function chunked(body: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length; at += 1000) {
    const part = body.subarray(at, at + 1000)
    chunks.push(Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]))
  }
  return [...chunks, Buffer.from('0\r\n\r\n')]
}

/** What came back before the connection ended, or before the first answer was whole. Rejects when neither happens. */
export async function exchange(port: number, { parts, pauseMs, isAborted }: Exchange): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  try {
    return await Promise.race([talk(socket, parts, pauseMs, isAborted), tooLate(socket)])
  } finally {
    socket.destroy()
  }
}

const LONGEST_MS = 20_000

function tooLate(socket: Socket): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error('neither an answer nor an end')), LONGEST_MS)
    socket.once('close', () => clearTimeout(timer))
  })
}

function talk(
  socket: Socket,
  parts: readonly Buffer[],
  pauseMs: number,
  isAborted: boolean,
): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    socket.on('data', (data) => {
      received += data.toString('latin1')
      if (isWhole(received)) resolve(received)
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    void send(socket, parts, pauseMs).then(() => {
      if (isAborted) socket.resetAndDestroy()
    })
  })
}

async function send(socket: Socket, parts: readonly Buffer[], pauseMs: number): Promise<void> {
  for (const part of parts) {
    await new Promise<void>((resolve) => socket.write(part, () => resolve()))
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

function isWhole(received: string): boolean {
  const end = received.indexOf('\r\n\r\n')
  const length = /^content-length: (\d+)/im.exec(received.slice(0, end))?.[1]
  return end >= 0 && (length === undefined || received.length >= end + 4 + Number(length))
}

/** Status, error's name and body of the first answer. */
export function readAnswer(received: string): {
  status: number
  headers: Record<string, string>
  body: string
} {
  const end = received.indexOf('\r\n\r\n')
  const [first = '', ...lines] = received.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  const length = Number(headers['content-length'] ?? 0)
  return {
    status: Number(first.split(' ')[1]),
    headers,
    body: Buffer.from(received.slice(end + 4, end + 4 + length), 'latin1').toString(),
  }
}
