import type { Provider, StoredSecret } from '../../provider/contract.ts'
import type { Framing } from './framing.ts'
import { httpFraming } from './http.ts'
import { mysqlFraming } from './mysql.ts'
import { postgresFraming } from './postgres.ts'
import { turns } from './turns.ts'
import type { Upstream } from './upstream.ts'

/** A host and a port to connect to. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** How the connections of a provider are led through the kit's proxy, which can cut and hold what passes. */
export interface WireAccess {
  /** Where the target is. `ca`: PEM, where Node does not trust the target's certificate by itself. */
  readonly upstream: Upstream
  /**
   * How messages are told apart. Default `turns`, for a protocol that the kit does not know: a point is each change
   * of direction, and the report says that cuts within a burst were not tried.
   */
  readonly framing?: keyof typeof FRAMINGS | Framing
  /** The same secret, naming this place instead of its own. The proxy's is `localhost` and a port. */
  readonly at: (secret: StoredSecret, place: Place) => StoredSecret
  /**
   * The provider, trusting this authority: PEM of the kit's own, which signed the certificate of the proxy for
   * `localhost`. Default: the provider as it is, which does where it speaks in clear text.
   */
  readonly trusting?: (ca: string) => Provider
}

const FRAMINGS = { postgres: postgresFraming, mysql: mysqlFraming, http: httpFraming, turns }

export const framingOf = ({ framing = 'turns' }: WireAccess): Framing =>
  typeof framing === 'string' ? FRAMINGS[framing] : framing
