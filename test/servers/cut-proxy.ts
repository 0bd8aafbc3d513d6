import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A whole message of the protocol on its way, from the client or from the server. */
export interface Passing {
  /** Counts the messages of all connections from 1, in the order they came. */
  readonly index: number
  readonly from: 'client' | 'server'
  /** The type byte; empty for the startup message. */
  readonly type: string
  readonly text: string
}

/**
 * What to do when a message comes: `cut` resets both sides instead of passing it on; `hold` keeps it and all that
 * follows, the end of the connection included, as a frozen machine would.
 */
export type Ruling = 'pass' | 'cut' | 'hold'

export interface CutProxy {
  readonly host: 'localhost'
  readonly port: number
  readonly seen: readonly Passing[]
  stop(): Promise<void>
}

/** A proxy in front of a PostgreSQL without TLS that asks `rule` about every message. */
export async function startCutProxy(
  serverPort: number,
  rule: (passing: Passing) => Ruling,
): Promise<CutProxy> {
  const seen: Passing[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: serverPort, noDelay: true })
    client.setNoDelay(true)
    const cut = () => {
      client.resetAndDestroy()
      if (upstream.connecting) upstream.destroy()
      else upstream.resetAndDestroy()
    }
    const relay = (from: 'client' | 'server', source: Socket, sink: Socket, startsBare: boolean) => {
      let rest = Buffer.alloc(0)
      let isBare = startsBare
      let isHeld = false
      sockets.add(source)
      source.on('error', () => {})
      source.on('close', () => {
        if (!isHeld) sink.end()
      })
      source.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk])
        for (;;) {
          const typeBytes = isBare ? 0 : 1
          if (rest.length < typeBytes + 4) return
          const length = typeBytes + rest.readUInt32BE(typeBytes)
          if (rest.length < length) return
          const bytes = rest.subarray(0, length)
          rest = rest.subarray(length)
          const passing: Passing = {
            index: seen.length + 1,
            from,
            type: bytes.toString('latin1', 0, typeBytes),
            text: bytes.toString('latin1', typeBytes + 4),
          }
          isBare = false
          seen.push(passing)
          const ruling = isHeld ? 'hold' : rule(passing)
          if (ruling === 'cut') return cut()
          if (ruling === 'hold') isHeld = true
          else sink.write(bytes)
        }
      })
    }
    relay('client', client, upstream, true)
    relay('server', upstream, client, false)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return {
    host: 'localhost',
    port: address.port,
    seen,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
