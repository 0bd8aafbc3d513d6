/** What a pooler shows: a greeting of its own making, whatever connection to the server works for it. */
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'

export interface Pooler {
  readonly port: number
  close(): Promise<unknown>
}

/** Makes another greeting of the server's, which arrives in one piece; other pieces it gives back as they are. */
export type Greet = (piece: Buffer, isFirst: boolean) => Buffer

/** Listens for clients of the server at that port of this machine. */
export async function startPooler(to: number, greet: Greet): Promise<Pooler> {
  const server: Server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    client.pipe(upstream)
    let isFirst = true
    upstream.on('data', (piece: Buffer) => {
      client.write(greet(piece, isFirst))
      isFirst = false
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return {
    port: address.port,
    close: () => {
      server.close()
      return once(server, 'close')
    },
  }
}
