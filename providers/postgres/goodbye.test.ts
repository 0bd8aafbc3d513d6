/** Closing a connection ends also where the server, or the driver, has said goodbye before. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext, TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { createTestCa } from '../../test/servers/certificates.ts'
import { Wire } from './wire.ts'

const authority = await createTestCa()
const secureContext = createSecureContext(await authority.issue())
const trust = createSecureContext({ ca: authority.pem })

/** A server that never closes its own side by itself, as one that hangs. */
async function connected(isSecure: boolean): Promise<{ wire: Wire; theirs: Socket; end(): void }> {
  const peer = Promise.withResolvers<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    if (!isSecure) return peer.resolve(socket)
    socket.once('data', () => {
      socket.write('S')
      const tls = new TLSSocket(socket, { isServer: true, secureContext })
      tls.on('error', () => {})
      tls.once('secure', () => peer.resolve(tls))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const wire = new Wire({
    host: 'localhost',
    port: address.port,
    trust: isSecure ? trust : undefined,
  })
  wire.on('error', () => {})
  wire.resume()
  wire.connect()
  await once(wire, 'connect')
  const theirs = await peer.promise
  return {
    wire,
    theirs,
    end() {
      theirs.destroy()
      server.close()
    },
  }
}

const BEFORE: Readonly<Record<string, (wire: Wire, theirs: Socket) => void>> = {
  'the server said goodbye': (_wire, theirs) => theirs.end(),
  'we said goodbye': (wire) => wire.end('goodbye'),
  'both did': (wire, theirs) => {
    theirs.end()
    wire.end('goodbye')
  },
  'more was sent than the server takes': (wire, theirs) => {
    theirs.pause()
    wire.write(Buffer.alloc(16 * 1024 * 1024))
  },
}

for (const isSecure of [true, false])
  test.each(Object.entries(BEFORE))(
    `a connection ${isSecure ? 'with' : 'without'} TLS is gone when it is destroyed after %s`,
    async (_what, act) => {
      for (const afterMs of [0, 1, 20]) {
        const { wire, theirs, end } = await connected(isSecure)
        const gone = new Promise((resolve) => wire.once('close', () => resolve('gone')))
        act(wire, theirs)
        await sleep(afterMs)
        wire.destroy()
        expect(await Promise.race([gone, sleep(5_000, 'still there', { ref: false })])).toBe('gone')
        end()
      }
    },
  )
