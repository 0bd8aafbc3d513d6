import { PostgresFailure } from './failure.ts'
import type { Frame } from './frames.ts'

/** How the server asked for the password. `nothing`: it has not, or let the session in without. */
export type Asked = 'nothing' | 'scram' | 'md5' | 'clear-text'

/**
 * Follows the sign-in on the wire and stops it before the driver answers where an answer would give the password
 * away or prove nothing. It sees every message before the driver does.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
export class Challenge {
  readonly #isEncrypted: boolean
  #asked: Asked = 'nothing'
  #answered = false
  #serverProven = false
  #signedIn = false

  /** `isEncrypted`: the connection is TLS and the certificate was verified. */
  constructor(isEncrypted: boolean) {
    this.#isEncrypted = isEncrypted
  }

  get asked(): Asked {
    return this.#asked
  }

  /**
   * The server asked for the password, got an answer and let us in. Whatever refuses the session after that, the
   * password is right. With SCRAM the driver has still to find the server's signature good; it fails when it does not.
   */
  get hasTaken(): boolean {
    return this.#signedIn && this.#asked !== 'nothing'
  }

  /** The driver sent something; after a question that is the answer. */
  sent(): void {
    if (this.#asked !== 'nothing') this.#answered = true
  }

  /** Throws `PostgresFailure` when the driver must not see this message. */
  observe({ type, body }: Frame): void {
    if (type !== 'R') {
      if (!this.#signedIn && !'ENS'.includes(type)) throw outOfOrder()
      return
    }
    if (this.#signedIn) throw outOfOrder()
    const code = body.readInt32BE(0)
    switch (code) {
      case 0:
        // The driver would take this also from a server that never showed that it knows the password.
        if (this.#asked === 'scram' && !this.#serverProven) throw outOfOrder()
        // Who does not wait for the answer has not looked at it.
        if (this.#asked !== 'nothing' && !this.#answered) throw outOfOrder()
        this.#signedIn = true
        return
      case 3:
        if (!this.#isEncrypted)
          throw new PostgresFailure(
            'refused-by-us',
            'the server asks for the password in clear text on a connection without TLS, so it was not sent',
          )
        this.#ask('clear-text')
        return
      case 5:
        this.#ask('md5')
        return
      case 10:
        this.#ask('scram')
        return
      case 11:
        if (this.#asked !== 'scram') throw outOfOrder()
        return
      case 12:
        if (this.#asked !== 'scram') throw outOfOrder()
        this.#serverProven = true
        return
      default:
        throw new PostgresFailure(
          'refused-by-us',
          'the server asks for a kind of authentication that takes no password (Kerberos or SSPI)',
        )
    }
  }

  #ask(asked: Asked): void {
    // A second question could be a way to get the same password in a weaker form.
    if (this.#asked !== 'nothing') throw outOfOrder()
    this.#asked = asked
  }
}

const outOfOrder = () => new PostgresFailure('protocol', 'the server does not follow the order of a sign-in')
