import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { QuarterturnError } from '../errors/index.ts'
import { isLoopback, isNeverATarget } from './address.ts'
import { type Connect, connectTo, isLookupFailure } from './connect.ts'
import { type HostRule, isInRange, isNamed } from './host-list.ts'

export interface HostGuardOptions {
  /** What the deployment lists for the account of the secret. */
  readonly rules: readonly HostRule[]
  /** Whether a host that is listed may be on this machine. */
  readonly allowsLoopback: boolean
  /** Whether the account itself has a server of this name. Asked of names that are not listed. */
  readonly isOwn: (host: string) => Promise<boolean>
  /** The addresses of a name. Default: the system's resolver. */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>
}

/** Why a host is allowed: it is listed by name, it is the account's own, or its addresses have to be listed. */
type Reason = 'listed' | 'own' | 'by address'

const systemAddresses = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address)

/**
 * Which hosts a credential of one account's secret may be sent to: those that the account has itself or the deployment lists,
 * at addresses that can be a target. What a secret says may be an attacker's.
 */
export class HostGuard {
  readonly #options: HostGuardOptions
  readonly #reasons = new Map<string, Promise<Reason>>()
  readonly #required = new Map<string, Promise<void>>()
  /** For every connection that is made to a host of the secret. */
  readonly connect: Connect

  constructor(options: HostGuardOptions) {
    this.#options = options
    this.connect = connectTo((host) => this.#allowedAddresses(host))
  }

  /**
   * Rejects with `HOST_NOT_ALLOWED` unless the host may be connected to as things stand; a repeat answers the same. A name that
   * cannot be looked up now passes, since nothing can be sent to it: whoever connects finds out.
   */
  require(host: string): Promise<void> {
    const known = this.#required.get(host) ?? this.#look(host)
    this.#required.set(host, known)
    return known
  }

  async #look(host: string): Promise<void> {
    try {
      await this.#allowedAddresses(host)
    } catch (error) {
      if (!isLookupFailure(error)) throw error
    }
  }

  async #allowedAddresses(host: string): Promise<readonly string[]> {
    const reason = this.#reasons.get(host) ?? this.#reasonFor(host)
    this.#reasons.set(host, reason)
    const why = await reason
    const { addressesOf = systemAddresses } = this.#options
    const addresses = isIP(host) === 0 ? await addressesOf(host) : [host]
    for (const address of addresses) this.#requireAddress(address, why, host)
    return addresses
  }

  async #reasonFor(host: string): Promise<Reason> {
    const { rules, isOwn } = this.#options
    if (isNamed(rules, host)) return 'listed'
    if (isIP(host) === 0 && (await isOwn(host))) return 'own'
    if (rules.some(({ kind }) => kind === 'range')) return 'by address'
    throw refused(
      `${host} is neither an endpoint that RDS names as the account's own nor one of QUARTERTURN_HOSTS`,
    )
  }

  #requireAddress(address: string, why: Reason, host: string): void {
    const { rules, allowsLoopback } = this.#options
    if (isNeverATarget(address) || (isLoopback(address) && !(allowsLoopback && why !== 'own')))
      throw refused(`${host} has an address of this machine or of AWS's metadata, which no target has`)
    if (why === 'by address' && !isInRange(rules, address))
      throw refused(`${host} has an address outside of the ranges of QUARTERTURN_HOSTS`)
  }
}

const refused = (problem: string): QuarterturnError => new QuarterturnError('HOST_NOT_ALLOWED', { problem })
