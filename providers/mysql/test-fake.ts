/** Servers of exact bytes, which answer what no real one would. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

const message = (sequence: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, body])
}

/** PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH and what else a server says that it can do. */
const CAPABILITIES = 0x00_0b_a2_0f

export const greeting = ({ plugin = 'mysql_native_password', offersTls = false } = {}): Buffer => {
  const flags = Buffer.alloc(4)
  flags.writeUInt32LE(CAPABILITIES | (offersTls ? 0x800 : 0))
  return message(
    0,
    Buffer.concat([
      Buffer.from([10]),
      Buffer.from('9.7.4\0'),
      Buffer.from([1, 0, 0, 0]),
      Buffer.from('12345678\0'),
      flags.subarray(0, 2),
      Buffer.from([255, 2, 0]),
      flags.subarray(2, 4),
      Buffer.from([21]),
      Buffer.alloc(10),
      Buffer.from('123456789012\0'),
      Buffer.from(`${plugin}\0`),
    ]),
  )
}

export const failure = (sequence: number, errno: number): Buffer => {
  const number = Buffer.alloc(2)
  number.writeUInt16LE(errno)
  return message(sequence, Buffer.concat([Buffer.from([0xff]), number, Buffer.from('#HY000said')]))
}

export const ok = (sequence: number): Buffer => message(sequence, Buffer.from([0, 0, 0, 2, 0, 0, 0]))

export const switchTo = (plugin: string): Buffer =>
  message(
    2,
    Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${plugin}\0`), Buffer.from('12345678901234567890\0')]),
  )

export interface FakeServer {
  readonly port: number
  /** Everything that clients have sent. */
  readonly received: () => Buffer
  stop(): Promise<void>
}

/** Sends `first` at once, and `answers` one by one, each when something came. */
export async function startFake(
  first: Buffer,
  answers: readonly (Buffer | ((socket: Socket) => void))[] = [],
): Promise<FakeServer> {
  const sockets = new Set<Socket>()
  const chunks: Buffer[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const left = [...answers]
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      const next = left.shift()
      if (typeof next === 'function') next(socket)
      else if (next !== undefined) socket.write(next)
    })
    socket.write(first)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    received: () => Buffer.concat(chunks),
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
