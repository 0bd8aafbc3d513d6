import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A loopback port that leads to another one, byte for byte. */
export interface Road {
  readonly port: number
  /** Resets every connection and takes no more. */
  cut(): Promise<void>
  /** Takes connections again, on the same port. */
  mend(): Promise<void>
  close(): Promise<void>
}

export async function startRoad(to: number): Promise<Road> {
  const sockets = new Set<Socket>()
  const lead = (from: Socket): void => {
    const upstream = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [from, upstream],
      [upstream, from],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(lead).listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  let server = await listen(0)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a road has a port')
  const { port } = address
  const end = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
    await closed
  }
  let isCut = false
  return {
    port,
    async cut() {
      isCut = true
      await end()
    },
    async mend() {
      isCut = false
      server = await listen(port)
    },
    close: async () => {
      if (!isCut) await end()
    },
  }
}
