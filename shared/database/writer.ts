import type * as z from 'zod'
import { isLoopbackHost } from '../network/host.ts'
import type { Identity } from '../provider/index.ts'
import { host, isRdsProxy, port } from './fields.ts'

/** Where a connection goes; what a secret says besides is not used there. */
export interface Place {
  readonly host: string
  readonly port: number
}

interface Named extends Place {
  readonly adminHost?: string | undefined
  readonly adminPort?: number | undefined
}

/** What a secret may say of the server itself, where `host` is a replica, a proxy or a pooler. `usual` is the port's default. */
export const writerFields = (usual: number) => ({
  adminHost: host('adminHost').optional(),
  adminPort: port('adminPort', usual).optional(),
})

/** Where changes are made, by what the secret itself says. */
export const writerOf = ({ host: own, port: usual, adminHost = own, adminPort = usual }: Named): Place => ({
  host: adminHost,
  port: adminPort,
})

interface Signed extends Named {
  readonly username: string
  readonly password: string
  readonly dbname?: unknown
  readonly ssl: boolean
}

/** Who a secret signs in as, where, and with what. */
export function identityOf(secret: Signed): Identity {
  const { host: consumers, port: number, dbname, ssl, adminHost, adminPort } = secret
  return {
    account: secret.username,
    endpoint: JSON.stringify({ host: consumers, port: number, dbname, ssl, adminHost, adminPort }),
    credential: secret.password,
    server: writerOf(secret),
    consumer: { host: consumers, port: number },
  }
}

/** For comparison. */
export const nameOf = ({ host: name, port: number }: Place): string => JSON.stringify([name, number])

/**
 * Issues of a secret whose places cannot be used: clear text to another machine, or an RDS Proxy where changes would have to
 * be made. To be given to zod's `superRefine`.
 */
export const checkPlaces =
  (allowsClearTextLoopback: boolean) =>
  (secret: Omit<Named, 'port'> & { readonly ssl: boolean }, context: z.RefinementCtx): void => {
    const { host: consumers, adminHost, ssl } = secret
    const issue = (field: 'ssl' | 'host' | 'adminHost', message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message })
    if (!ssl && !(allowsClearTextLoopback && [consumers, adminHost ?? consumers].every(isLoopbackHost)))
      issue('ssl', '`ssl` is false and clear text is refused; remove `ssl`, or set it to true')
    if (adminHost === undefined && isRdsProxy(consumers))
      issue(
        'host',
        '`host` is an RDS Proxy, which takes only what its secrets say, so nothing can be changed and proven there; put the writer into `host`, or into `adminHost` when consumers use the proxy and it knows every user of the secret',
      )
    if (adminHost !== undefined && isRdsProxy(adminHost))
      issue('adminHost', '`adminHost` is an RDS Proxy; put the writer itself there')
  }
