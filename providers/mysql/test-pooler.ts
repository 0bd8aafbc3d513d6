/** What a pooler shows: it greets with a thread of its own, whatever connection to the server works for it. */
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'

export interface Pooler {
  readonly port: number
  close(): Promise<unknown>
}

export async function startPooler(to: number): Promise<Pooler> {
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
    upstream.once('data', (greeting: Buffer) => {
      client.write(withAnotherThread(greeting))
      upstream.pipe(client)
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

/** Head of 4 bytes, version of the protocol, name of the server that ends in a zero, thread of 4 bytes. */
function withAnotherThread(greeting: Buffer): Buffer {
  const changed = Buffer.from(greeting)
  const at = changed.indexOf(0, 5) + 1
  changed.writeUInt32LE(changed.readUInt32LE(at) + 1_000_000, at)
  return changed
}
