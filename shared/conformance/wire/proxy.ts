import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createSecureContext } from 'node:tls'
import { Connection, type ConnectionOptions } from './connection.ts'
import type { Framing } from './framing.ts'
import type { WireIdentity } from './identity.ts'
import type { Ending, Point, Rule } from './point.ts'
import type { Upstream } from './upstream.ts'

export interface WireProxyOptions<State> {
  readonly upstream: Upstream
  readonly framing: Framing<State>
  readonly identity: WireIdentity
  /** Asked about each message. Default: all pass. */
  readonly rule?: Rule
  /** What is going on until `enter` says otherwise. Default: `run`. */
  readonly scope?: string
}

/** A proxy on loopback between a provider and its target, for one run. */
export interface WireProxy {
  /** For the provider to connect to; the certificate is for this name. */
  readonly host: 'localhost'
  /** A free one, chosen by the system. */
  readonly port: number
  /** Every message of the run so far, in order. */
  readonly seen: readonly Point[]
  /** How connections ended that were not cut, in order. */
  readonly endings: readonly Ending[]
  /** Why the run may not be what it looks like: bytes that are not the protocol, TLS that failed by our fault. */
  readonly problems: readonly string[]
  /** How many connections the client has not ended. */
  readonly clients: number
  /** Passes on whatever is held. */
  release(): void
  /** Names what the messages from now on belong to. Their places count on where the name was used before. */
  enter(scope: string): void
  /** Resolves when no connection is open. */
  idle(): Promise<void>
  /** Ends every connection and stops listening. A repeat does nothing. */
  close(): Promise<void>
}

/** Starts a proxy. It ends TLS on both sides wherever the client begins with it or the protocol turns to it. */
export async function startWireProxy<State>(options: WireProxyOptions<State>): Promise<WireProxy> {
  const { upstream, framing, identity, rule = () => 'pass' } = options
  const secureContext = createSecureContext({ cert: identity.cert, key: identity.key, minVersion: 'TLSv1.2' })
  const seen: Point[] = []
  const endings: Ending[] = []
  const problems: string[] = []
  const places = new Map<string, number>()
  const open = new Set<Connection<State>>()
  const waiting = new Set<Socket>()
  let scope = options.scope ?? 'run'

  const judge: ConnectionOptions<State>['judge'] = (from, name) => {
    const place = (places.get(scope) ?? 0) + 1
    places.set(scope, place)
    const point: Point = { n: seen.length + 1, scope, place, from, name }
    seen.push(point)
    return rule(point)
  }
  const ended: ConnectionOptions<State>['ended'] = (from, how) => void endings.push({ scope, from, how })
  const report = (problem: string) => void problems.push(problem)

  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    const server = connect({ host: upstream.host, port: upstream.port, noDelay: true, allowHalfOpen: true })
    const forget = (): void => {
      waiting.delete(client)
      waiting.delete(server)
    }
    const giveUp = (): void => {
      forget()
      server.destroy()
      client.resetAndDestroy()
    }
    waiting.add(client).add(server)
    client.once('error', giveUp)
    server.once('error', giveUp)
    server.once('connect', () => {
      forget()
      client.off('error', giveUp)
      server.off('error', giveUp)
      const connection = new Connection({
        client,
        server,
        upstream,
        framing,
        secureContext,
        judge,
        ended,
        report,
      })
      open.add(connection)
      void connection.closed.then(() => open.delete(connection))
    })
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')

  const idle = async (): Promise<void> => {
    while (open.size > 0) await Promise.all([...open].map(({ closed }) => closed))
  }
  return {
    host: 'localhost',
    port: address.port,
    seen,
    endings,
    problems,
    get clients() {
      return [...open].filter(({ hasClient }) => hasClient).length
    },
    release() {
      for (const connection of open) connection.release()
    },
    enter(name) {
      scope = name
    },
    idle,
    async close() {
      if (!listener.listening) return
      const closed = once(listener, 'close')
      listener.close()
      for (const socket of waiting) socket.destroy()
      for (const connection of open) connection.reset()
      await idle()
      await closed
    },
  }
}
