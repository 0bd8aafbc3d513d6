/**
 * What a partner's compiler infers from `defineProvider`. Compiled by `npm run types`, never run: a line that stops
 * being an error, or starts to be one, fails there.
 */
import {
  defineProvider,
  type OpenRequest,
  type Provider,
  type Session,
  type Strategy,
} from 'quarterturn/provider'
import * as z from 'zod'

type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only when both types are the same. */
const same = <A, B>(_: IsSame<A, B>): void => {}

const Secret = z.looseObject({
  engine: z.literal('acme'),
  port: z.string().transform(Number),
  username: z.string(),
  password: z.string(),
})
type Secret = z.output<typeof Secret>

declare const session: Session

export const acme = defineProvider({
  name: 'acme',
  serves: { engines: ['acme'] },
  schema: Secret,
  capabilities: { strategies: ['single-user'], repeat: 'harmless', lock: 'none', failedProbe: 'free' },
  admin: {
    strategies: ['alternating-users'],
    arn(secret) {
      same<typeof secret, Secret>(true)
      return undefined
    },
    value: ({ admin, secret }) => ({ ...secret, ...admin }),
  },
  identity(secret) {
    // What the schema makes, not what is stored: a port is a number here.
    same<typeof secret, Secret>(true)
    same<typeof secret.port, number>(true)
    // @ts-expect-error a field that the schema does not name is of unknown type
    const host: string = secret['host']
    return { account: secret.username, endpoint: host, credential: secret.password }
  },
  withCredential({ into, from }) {
    same<(typeof into)[string], unknown>(true)
    return { ...into, password: from['password'] }
  },
  propose({ current, strategy, entropy }) {
    same<typeof strategy, Strategy>(true)
    return { ...current, password: entropy.password() }
  },
  open(request) {
    same<typeof request, OpenRequest<Secret>>(true)
    const current = request.values.current?.reveal()
    same<typeof current, Secret | undefined>(true)
    // @ts-expect-error a value may not have been read yet
    request.values.pending.reveal()
    // @ts-expect-error there is no such credential
    request.values.next
    return session
  },
})

same<typeof acme, Provider<typeof Secret>>(true)
same<ReturnType<typeof acme.schema.parse>, Secret>(true)

/** Every engine, whatever its secrets are: what `createRotate` takes. */
export const any: Provider = acme
