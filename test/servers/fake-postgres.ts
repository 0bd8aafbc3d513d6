import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Certificate } from './certificates.ts'

/** A message of the server: type, length, body. */
export const message = (type: string, ...parts: readonly (string | number | Uint8Array)[]): Buffer => {
  const body = Buffer.concat(parts.map(toBytes))
  const header = Buffer.alloc(5, type)
  header.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([header, body])
}

/** Strings end with a zero byte, numbers take four. */
function toBytes(part: string | number | Uint8Array): Uint8Array {
  if (typeof part === 'string') return Buffer.from(`${part}\0`)
  if (typeof part !== 'number') return part
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(part)
  return bytes
}

export const failure = (sqlstate: string, text = 'refused'): Buffer =>
  message('E', Buffer.from(`SFATAL\0VFATAL\0C${sqlstate}\0M${text}\0\0`))

export const AUTHENTICATION_OK = message('R', 0)
export const ASK_CLEAR_TEXT = message('R', 3)
export const ASK_MD5 = message('R', 5, new Uint8Array([1, 2, 3, 4]))
export const ASK_SCRAM = message('R', 10, 'SCRAM-SHA-256', '')
export const READY = message('Z', Buffer.from('I'))

/** The whole answer to a query: one row of text. */
export const oneRow = (columns: Readonly<Record<string, string>>): Buffer => {
  const names = Object.keys(columns)
  const values = Object.values(columns)
  const count = Buffer.from([0, names.length])
  const text = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0])
  return Buffer.concat([
    message('T', count, ...names.flatMap((name) => [name, text])),
    message('D', count, ...values.flatMap((value) => [Buffer.byteLength(value), Buffer.from(value)])),
    message('C', 'SELECT 1'),
    READY,
  ])
}

export interface FakePostgres {
  readonly host: 'localhost'
  readonly port: number
  /** What clients have sent after the request for TLS, in order, as text. */
  readonly received: readonly string[]
  /** How each connection ended: `end` when the client said so, otherwise the error, `ECONNRESET`. */
  readonly endings: readonly string[]
  stop(): Promise<void>
}

export interface FakeOptions {
  /** Answers TLS with it; without, TLS is turned down. */
  readonly certificate?: Certificate
  /** Sent instead of the one byte that answers the request for TLS. */
  readonly answerToTls?: Uint8Array
  /**
   * What to send after each thing a client sends: the first answers its startup message. `end` closes the
   * connection; where the list is over the server says nothing more.
   */
  readonly replies?: readonly (Uint8Array | 'end')[]
}

/** A server of exact bytes on a free loopback port. */
export async function startFakePostgres({
  certificate,
  answerToTls,
  replies = [],
}: FakeOptions): Promise<FakePostgres> {
  const received: string[] = []
  const endings: string[] = []
  const sockets = new Set<Socket>()
  const talk = (socket: Socket, first?: Buffer) => {
    let turn = 0
    const answer = (chunk: Buffer) => {
      received.push(chunk.toString('latin1'))
      const reply = replies[turn]
      turn += 1
      if (reply === 'end') socket.end()
      else if (reply !== undefined) socket.write(reply)
    }
    socket.on('error', () => {})
    socket.on('data', answer)
    if (first !== undefined) answer(first)
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('end', () => endings.push('end'))
    socket.on('error', (error) => endings.push('code' in error ? String(error.code) : error.message))
    socket.once('data', (chunk) => {
      const asksForTls = chunk.length === 8 && chunk.readUInt32BE(4) === 80_877_103
      if (!asksForTls) talk(socket, chunk)
      else if (answerToTls !== undefined) {
        socket.write(answerToTls)
        talk(socket)
      } else if (certificate === undefined) {
        socket.write('N')
        talk(socket)
      } else {
        socket.write('S')
        talk(new TLSSocket(socket, { isServer: true, cert: certificate.cert, key: certificate.key }))
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return {
    host: 'localhost',
    port: address.port,
    received,
    endings,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
