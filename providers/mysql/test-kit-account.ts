/** What the conformance kit is given for one account and for two in turn alike. */
import { randomBytes } from 'node:crypto'
import type { FreshTarget } from '../../shared/conformance/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import type { Road } from '../../test/servers/road.ts'
import { createMysql } from './index.ts'
import { type SqlServer, setQuietly } from './test-household.ts'
import { secretFor } from './test-target.ts'

export const newPassword = (): string => `${randomBytes(12).toString('base64url')}-A1`

/** Of an account that one failed sign-in locks; on MariaDB that is a setting of the server. */
export const strictly = ({ kind }: SqlServer, isStrict: boolean): string =>
  isStrict && kind === 'mysql' ? 'FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1' : ''

/** How an account is reached, cut off, and read about. */
export const accessTo = (server: SqlServer, road: Road): Pick<FreshTarget, 'wire' | 'outage' | 'log'> => ({
  wire: {
    upstream: { host: server.host, port: server.port, ca: server.ca },
    framing: 'mysql',
    at: (secret, { host, port }) => ({ ...secret, host, port }),
    trusting: (ca) => createMysql({ ca }),
  },
  outage: async () => {
    await road.cut()
    return () => road.mend()
  },
  log: async () => `${await server.log()}\n${await server.generalLog()}`,
})

/** An admin that is there, and its password, which the kit may change. */
export class KitAdmin {
  readonly #server: SqlServer
  readonly #name: string
  readonly #at: Parameters<typeof secretFor>[0]
  #password: string

  constructor(server: SqlServer, name: string, at: Parameters<typeof secretFor>[0], password: string) {
    this.#server = server
    this.#name = name
    this.#at = at
    this.#password = password
  }

  get password(): string {
    return this.#password
  }

  forKit(): NonNullable<FreshTarget['admin']> {
    return {
      value: this.#value(),
      named: (secret, masterarn) => ({ ...secret, masterarn }),
      rotate: async () => {
        this.#password = newPassword()
        await setQuietly(this.#server, this.#name, this.#password)
        return this.#value()
      },
    }
  }

  #value(): StoredSecret {
    return secretFor(this.#at, { username: this.#name, password: this.#password })
  }
}
