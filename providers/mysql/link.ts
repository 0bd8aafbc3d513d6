import type { Socket } from 'node:net'
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls'
import { type Connect, connectAnywhere } from '../../shared/network/connect.ts'
import { isLoopbackAddress } from '../../shared/network/host.ts'
import { networkFailure } from '../../shared/network/network-failure.ts'
import { reset } from '../../shared/network/reset.ts'
import { tlsFailure, tlsOptions } from '../../shared/network/tls.ts'
import { createDriver, type Driver, runOn } from './driver.ts'
import { broken, MysqlFailure } from './failure.ts'

export interface SignIn {
  readonly host: string
  readonly port: number
  /** What the certificate is verified against; nothing for clear text, which only goes to this machine. */
  readonly trust: SecureContext | undefined
  /** Default: to any host. */
  readonly connect?: Connect | undefined
  readonly username: string
  readonly password: string
}

export type Row = Readonly<Record<string, unknown>>

/** One connection, signed in. Every rejection is a `MysqlFailure`. */
export interface Link {
  /** False as soon as the connection is known to be gone; it never comes back. */
  readonly isAlive: boolean
  /** The thread of the server that whoever greeted us says is ours. */
  readonly threadId: number | undefined
  /** Runs one statement and answers its rows. When `timeoutMs` is over the connection is reset, and stays so. */
  run(text: string, timeoutMs: number): Promise<readonly Row[]>
}

export interface Attempt {
  /** Settles when the server let us in, or did not. Rejects with a `MysqlFailure`. */
  readonly signedIn: Promise<Link>
  /** The server got an answer to its challenge: what it says of the password, it says having looked. */
  readonly hasAnswered: boolean
  /** Resets the connection at once; resolves when it is gone. A repeat does nothing; never rejects. */
  destroy(): Promise<void>
}

/** More than any answer to a statement of ours; a server that sends more is not what it seems. */
const MAX_BYTES = 4 * 1024 * 1024

/** Begins to sign in. Nothing of the environment has a say in where the connection goes, as whom, or how. */
export function signIn(to: SignIn, timeoutMs: number): Attempt {
  const connection = new Connection(to)
  return {
    signedIn: connection.signIn(timeoutMs),
    get hasAnswered() {
      return connection.hasAnswered
    },
    destroy: () => connection.destroy(new MysqlFailure('closed', 'the session was closed')),
  }
}

class Connection implements Link {
  readonly #to: SignIn
  readonly #tcp: Socket
  #tls: TLSSocket | undefined
  #driver: Driver | undefined
  #failure: MysqlFailure | undefined
  readonly #closed: Promise<void>
  /** Rejects when the connection is gone, with what ended it. */
  readonly #lost: Promise<never>

  constructor(to: SignIn) {
    this.#to = to
    const { host, port, connect = connectAnywhere } = to
    this.#tcp = connect({ host, port })
    this.#tcp.on('error', (error) => this.#fail(broken(networkFailure(error))))
    const lost = Promise.withResolvers<never>()
    lost.promise.catch(() => {})
    this.#lost = lost.promise
    this.#closed = new Promise((resolve) => {
      this.#tcp.once('close', () => {
        lost.reject(this.#failure ?? new MysqlFailure('network', 'the connection broke'))
        resolve()
      })
    })
  }

  get isAlive(): boolean {
    return !this.#tcp.destroyed && this.#failure === undefined
  }

  get threadId(): number | undefined {
    return this.#driver?.threadId ?? undefined
  }

  get hasAnswered(): boolean {
    return this.#to.trust === undefined ? this.#tcp.bytesWritten > 0 : (this.#tls?.bytesWritten ?? 0) > 0
  }

  signIn(timeoutMs: number): Promise<Link> {
    return this.#within(timeoutMs, async () => {
      await new Promise<void>((resolve) => this.#tcp.once('connect', () => resolve()))
      const { username, password, trust } = this.#to
      if (trust === undefined && !isLoopbackAddress(this.#tcp.remoteAddress ?? ''))
        throw new MysqlFailure('refused-by-us', '`host` is not this machine, so nothing was sent without TLS')
      this.#tcp.on('data', () => this.#measure())
      await new Promise<void>((resolve, reject) => {
        const driver = createDriver({
          user: username,
          password,
          stream: this.#tcp,
          isEncrypted: trust !== undefined,
        })
        this.#driver = driver
        if (trust !== undefined) driver.startTLS = (secured) => this.#secure(driver, trust, secured)
        // A goodbye under way would keep the socket from being reset.
        driver.close = () => {}
        driver.on('warn', () => this.#fail(OUT_OF_ORDER))
        driver.on('connect', () => resolve())
        // Also what breaks later, when nobody waits for an answer.
        driver.on('error', (error) => reject(failureOf(error)))
      })
      return this
    })
  }

  run(text: string, timeoutMs: number): Promise<readonly Row[]> {
    return this.#within(timeoutMs, () => {
      const answer = Promise.withResolvers<readonly Row[]>()
      const driver = this.#driver
      if (driver === undefined || !this.isAlive)
        throw this.#failure ?? new MysqlFailure('network', 'the connection broke')
      runOn(driver, text, (error, rows) => {
        if (error === null || error === undefined) answer.resolve(Array.isArray(rows) ? rows : [])
        else answer.reject(failureOf(error))
      })
      return answer.promise
    })
  }

  /** Resets TCP, so that what the system had not sent yet is thrown away. */
  destroy(why: MysqlFailure): Promise<void> {
    this.#failure ??= why
    reset(this.#tcp, this.#tls)
    return this.#closed
  }

  #fail(failure: MysqlFailure): void {
    void this.destroy(failure)
  }

  async #within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const timer = setTimeout(
      () => this.#fail(new MysqlFailure('timeout', `no answer within ${Math.round(timeoutMs)} ms`)),
      timeoutMs,
    )
    try {
      return await Promise.race([work(), this.#lost])
    } catch (error) {
      const failure = error instanceof MysqlFailure ? error : new MysqlFailure('protocol', NONSENSE)
      // What the driver makes of a connection that broke is vague; we know why.
      if (failure.kind === 'server') throw failure
      await this.destroy(failure)
      throw this.#failure ?? failure
    } finally {
      clearTimeout(timer)
    }
  }

  #measure(): void {
    if (this.#tcp.bytesRead > MAX_BYTES)
      this.#fail(new MysqlFailure('protocol', 'the server sends more than any answer has'))
  }

  /** Instead of the driver's: the certificate is compared with `host`, a name or an address. */
  #secure(driver: Driver, trust: SecureContext, secured: (error?: Error) => void): void {
    this.#tcp.removeAllListeners('data')
    const tls = connectTls({ ...tlsOptions(this.#to.host, trust), socket: this.#tcp })
    this.#tls = tls
    driver.stream = tls
    tls.on('error', (error) => this.#fail(broken(tlsFailure(error) ?? networkFailure(error))))
    tls.on('data', (chunk: Buffer) => {
      this.#measure()
      if (!this.isAlive) return
      try {
        driver.packetParser.execute(chunk)
      } catch {
        this.#fail(new MysqlFailure('protocol', NONSENSE))
      }
    })
    tls.once('end', () => this.#fail(new MysqlFailure('network', 'the server closed the connection')))
    tls.once('secureConnect', () => secured())
  }
}

const NONSENSE = 'the server sends what is not the protocol'
const OUT_OF_ORDER = new MysqlFailure('protocol', 'the server sends messages out of order')

/** What the driver raised, without the driver. */
function failureOf(error: unknown): MysqlFailure {
  if (error instanceof MysqlFailure) return error
  if (typeof error !== 'object' || error === null) return new MysqlFailure('protocol', NONSENSE)
  if ('errno' in error && typeof error.errno === 'number' && error.errno >= 1000)
    return new MysqlFailure('server', `the server answered error ${error.errno}`, error.errno)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return new MysqlFailure('tls-unavailable', 'the server does not offer TLS')
  if (code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED')
    return new MysqlFailure(
      'refused-by-us',
      'the server asks for the password in clear text, so it was not sent',
    )
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR')
    return new MysqlFailure(
      'refused-by-us',
      'the server wants to sign the account in by a method that this provider does not speak',
    )
  return code === 'PROTOCOL_CONNECTION_LOST' || code === 'ECONNRESET' || code === 'EPIPE'
    ? new MysqlFailure('network', 'the connection broke')
    : new MysqlFailure('protocol', NONSENSE)
}
