import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect as connectTls, type SecureContext, TLSSocket } from 'node:tls'
import { reset } from '../../network/reset.ts'
import { Dialogue, type Message } from './dialogue.ts'
import { type Framing, FramingError, otherSide, type Side } from './framing.ts'
import type { Ending, Ruling } from './point.ts'
import { type Upstream, upstreamTls } from './upstream.ts'

export interface ConnectionOptions<State> {
  /** Connected, and not read from yet. */
  readonly client: Socket
  readonly server: Socket
  readonly upstream: Upstream
  readonly framing: Framing<State>
  /** What the proxy shows to the client where TLS begins. */
  readonly secureContext: SecureContext
  /** Asked about each message that is a point, in the order they come. */
  readonly judge: (from: Side, name: string) => Ruling
  /** Told once, who left first. Not told of cuts. */
  readonly ended: (from: Side, how: Ending['how']) => void
  /** Told what keeps the proxy from doing its work, in a sentence. */
  readonly report: (problem: string) => void
}

/** The first byte of a TLS record that holds a handshake. No protocol here begins with it in clear. */
const TLS_HANDSHAKE = 0x16

/**
 * One connection through the proxy. It turns to TLS where the client begins with it or where the framing says so, and
 * passes messages on one by one. Whole messages are kept in memory, so this is not for bulk data.
 */
export class Connection<State> {
  readonly #options: ConnectionOptions<State>
  readonly #dialogue: Dialogue<State>
  /** What is read from and written to: TCP, later TLS. */
  readonly #sockets: Record<Side, Socket>
  readonly #lastWrite: Record<Side, Promise<void>> = { client: Promise.resolve(), server: Promise.resolve() }
  /** What is kept of a side that is held, the oldest first. */
  readonly #held = new Map<Side, Message[]>()
  readonly #hasEnded = new Set<Side>()
  #isFresh = true
  #isOver = false
  /** Resolves when both sockets are gone. */
  readonly closed: Promise<void>

  constructor(options: ConnectionOptions<State>) {
    const { client, server, framing } = options
    this.#options = options
    this.#dialogue = new Dialogue(framing)
    this.#sockets = { client, server }
    this.closed = Promise.all([closeOf(client), closeOf(server)]).then(() => undefined)
    for (const side of ['client', 'server'] as const) {
      const socket = this.#tcp(side)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', (hadError: boolean) => this.#gone(side, hadError))
      this.#listen(side)
    }
  }

  /** The client has neither closed nor reset it. */
  get hasClient(): boolean {
    return !this.#isOver && !this.#hasEnded.has('client')
  }

  /** Passes on what was held, in order, and holds nothing any more. */
  release(): void {
    for (const [side, messages] of [...this.#held]) {
      this.#held.delete(side)
      for (const message of messages) if (!this.#isOver) this.#forward(side, message)
      if (!this.#isOver && this.#hasEnded.has(side)) this.#sockets[otherSide(side)].end()
    }
  }

  /** Resets both sockets at once. A repeat does nothing. */
  reset(): void {
    this.#isOver = true
    for (const side of ['client', 'server'] as const) {
      const tcp = this.#tcp(side)
      const socket = this.#sockets[side]
      reset(tcp, socket === tcp ? undefined : socket)
    }
  }

  #tcp(side: Side): Socket {
    return this.#options[side]
  }

  #listen(side: Side): void {
    const socket = this.#sockets[side]
    socket.on('data', (chunk: Buffer) => this.#received(side, chunk))
    socket.on('end', () => this.#ended(side))
    socket.resume()
  }

  #received(side: Side, chunk: Buffer): void {
    const isFirst = this.#isFresh && side === 'client'
    if (isFirst) this.#isFresh = false
    if (isFirst && chunk[0] === TLS_HANDSHAKE) this.#greeted(chunk)
    else {
      this.#dialogue.add(side, chunk)
      this.#pass(side, false)
    }
  }

  /** Passes on whatever messages of that side are whole. */
  #pass(side: Side, hasEnded: boolean): void {
    while (!this.#isOver) {
      const message = this.#nextMessage(side, hasEnded)
      if (message === undefined) return
      if (!this.#mayPass(side, message.isPoint ? message.name : undefined)) {
        this.#held.get(side)?.push(message)
        continue
      }
      this.#forward(side, message)
      if (message.startsTls) return
    }
  }

  #forward(side: Side, { bytes, startsTls }: Message): void {
    this.#write(otherSide(side), bytes)
    if (startsTls) this.#awaitHello()
  }

  #nextMessage(side: Side, hasEnded: boolean) {
    try {
      return this.#dialogue.next(side, hasEnded)
    } catch (error) {
      const what = error instanceof FramingError ? error.message : 'a framing that throws'
      this.#options.report(`the ${side} sent ${what}`)
      this.reset()
      return undefined
    }
  }

  /** `name` for a point. Acts on the ruling; true when the message goes on. */
  #mayPass(side: Side, name: string | undefined): boolean {
    if (this.#held.has(side)) return false
    if (name === undefined) return true
    const ruling = this.#options.judge(side, name)
    if (ruling === 'hold') this.#held.set(side, [])
    if (ruling === 'cut') {
      this.#isOver = true
      // What was passed on before belongs to the run, so it leaves this process first.
      void Promise.all([this.#lastWrite.client, this.#lastWrite.server]).then(() => this.reset())
    }
    return ruling === 'pass'
  }

  #write(side: Side, bytes: Buffer): void {
    this.#lastWrite[side] = new Promise((resolve) => this.#sockets[side].write(bytes, () => resolve()))
  }

  #awaitHello(): void {
    this.#silence()
    const { client } = this.#sockets
    const early = this.#dialogue.takeRest('client')
    if (early.length > 0) this.#greeted(early)
    else {
      client.once('data', (chunk: Buffer) => this.#greeted(chunk))
      client.resume()
    }
  }

  /** The client's first bytes of TLS are here. The handshake as a whole is one point. */
  #greeted(hello: Buffer): void {
    this.#silence()
    if (!this.#mayPass('client', 'TLS handshake')) return
    this.#sockets.client.unshift(hello)
    this.#secure().catch(() => this.reset())
  }

  /** Stops reading, so that what comes next is left to TLS. */
  #silence(): void {
    for (const socket of Object.values(this.#sockets)) {
      socket.pause()
      socket.removeAllListeners('data')
      socket.removeAllListeners('end')
    }
  }

  async #secure(): Promise<void> {
    const { client, server, upstream, secureContext, report } = this.#options
    const upper = connectTls({ ...upstreamTls(upstream), socket: server })
    this.#sockets.server = upper
    upper.on('error', (error) => {
      if (!upper.authorized && !this.#isOver && !isReset(error))
        report(`TLS to the target failed (${codeOf(error)})`)
    })
    await once(upper, 'secureConnect')
    const lower = new TLSSocket(client, { isServer: true, secureContext })
    this.#sockets.client = lower
    let isSecure = false
    lower.on('error', (error) => {
      if (!isSecure && !this.#isOver && !isReset(error))
        report(`the client does not take our TLS (${codeOf(error)})`)
    })
    await once(lower, 'secure')
    isSecure = true
    this.#listen('client')
    this.#listen('server')
  }

  #ended(side: Side): void {
    if (this.#isOver) return
    this.#leaves(side, 'closed')
    this.#pass(side, true)
    if (this.#resetsAfterBoth() || this.#held.has(side)) return
    const rest = this.#dialogue.takeRest(side)
    if (rest.length > 0) this.#write(otherSide(side), rest)
    this.#sockets[otherSide(side)].end()
  }

  #gone(side: Side, hadError: boolean): void {
    if (this.#isOver) return
    const isReset = hadError || this.#sockets[side].errored !== null
    this.#leaves(side, isReset ? 'reset' : 'closed')
    if (this.#resetsAfterBoth() || this.#held.has(side)) return
    if (isReset) this.reset()
    else this.#sockets[otherSide(side)].end()
  }

  /** Where something is held the ends do not hear of each other, so both may leave and their sockets stay. */
  #resetsAfterBoth(): boolean {
    if (this.#held.size === 0 || this.#hasEnded.size < 2) return false
    this.reset()
    return true
  }

  #leaves(side: Side, how: Ending['how']): void {
    if (this.#hasEnded.size === 0) this.#options.ended(side, how)
    this.#hasEnded.add(side)
  }
}

const closeOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : 'no code'

const isReset = (error: Error): boolean => ['ECONNRESET', 'EPIPE'].includes(codeOf(error))
