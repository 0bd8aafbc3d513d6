import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls'
import { type Connect, connectAnywhere } from '../../shared/network/connect.ts'
import { isLoopbackAddress } from '../../shared/network/host.ts'
import { networkFailure } from '../../shared/network/network-failure.ts'
import { reset } from '../../shared/network/reset.ts'
import { tlsFailure, tlsOptions } from '../../shared/network/tls.ts'
import { Challenge } from './challenge.ts'
import { PostgresFailure } from './failure.ts'
import { FrameReader } from './frames.ts'

export interface Destination {
  readonly host: string
  readonly port: number
  /** What the certificate is verified against; nothing for clear text, which only goes to this machine. */
  readonly trust: SecureContext | undefined
  /** Default: to any host. */
  readonly connect?: Connect | undefined
}

/** SSLRequest: length 8, code 80877103. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/**
 * The stream that the driver talks through: TCP, then TLS, then only messages that were checked. The driver never
 * sees a connection that is not as secure as the secret asks, so there is nothing it could fall back to.
 * Destroying it resets the connection: what the system had not sent yet is thrown away.
 */
export class Wire extends Duplex {
  readonly challenge: Challenge
  readonly #destination: Destination
  readonly #frames = new FrameReader()
  #tcp: Socket | undefined
  #tls: TLSSocket | undefined

  constructor(destination: Destination) {
    super()
    this.#destination = destination
    this.challenge = new Challenge(destination.trust !== undefined)
  }

  /** Called by the driver, whose own idea of host and port is not used. Emits `connect` when it may begin. */
  connect(): this {
    const { host, port, connect = connectAnywhere } = this.#destination
    const tcp = connect({ host, port })
    this.#tcp = tcp
    tcp.on('error', (error) => this.destroy(failureOf(error)))
    tcp.on('close', () => this.destroy(new PostgresFailure('network', 'the connection broke')))
    tcp.once('connect', () => this.#secure(tcp))
    return this
  }

  /** Called by the driver; it is so from the start. */
  setNoDelay(): this {
    return this
  }

  #secure(tcp: Socket): void {
    const { host, trust } = this.#destination
    if (trust === undefined) {
      if (!isLoopbackAddress(tcp.remoteAddress ?? '')) {
        this.destroy(
          new PostgresFailure('refused-by-us', '`host` is not this machine, so nothing was sent without TLS'),
        )
        return
      }
      this.#listen(tcp)
      return
    }
    tcp.once('data', (answer) => {
      // Exactly one byte: more would be text from before TLS that the driver takes for text inside it (CVE-2021-23222).
      if (answer.length === 1 && answer[0] === 0x53) {
        const tls = connectTls({ ...tlsOptions(host, trust), socket: tcp })
        this.#tls = tls
        tls.on('error', (error) => this.destroy(failureOf(error)))
        tls.once('secureConnect', () => this.#listen(tls))
      } else if (answer.length === 1 && answer[0] === 0x4e) {
        this.destroy(new PostgresFailure('tls-unavailable', 'the server does not offer TLS'))
      } else {
        this.destroy(new PostgresFailure('protocol', 'the server does not answer the request for TLS'))
      }
    })
    tcp.write(SSL_REQUEST)
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of this.#frames.read(chunk)) {
          this.challenge.observe(frame)
          const header = Buffer.alloc(5, frame.type)
          header.writeUInt32BE(frame.body.length + 4, 1)
          this.push(Buffer.concat([header, frame.body]))
        }
      } catch (error) {
        this.destroy(error instanceof Error ? error : new PostgresFailure('protocol', 'unreadable'))
      }
    })
    socket.on('end', () => this.push(null))
    this.emit('connect')
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    const socket = this.#tls ?? this.#tcp
    if (socket === undefined) {
      callback(new PostgresFailure('network', 'there is no connection'))
      return
    }
    this.challenge.sent()
    socket.write(chunk, callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    const socket = this.#tls ?? this.#tcp
    if (socket === undefined) callback()
    else socket.end(callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const tcp = this.#tcp
    if (tcp === undefined || tcp.closed) {
      callback(error)
      return
    }
    tcp.once('close', () => callback(error))
    reset(tcp, this.#tls)
  }
}

const failureOf = (error: Error): PostgresFailure => {
  const { kind, message } = tlsFailure(error) ?? networkFailure(error)
  return new PostgresFailure(kind, message)
}
