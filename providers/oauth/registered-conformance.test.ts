/** The conformance kit for clients that manage their own registration: what was before is dead at once, and no admin helps. */
import { describe } from 'vitest'
import { conformanceCases, type FreshTarget, type KitTime } from '../../shared/conformance/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { skippedOfRun, testEach } from '../../test/kit-run.ts'
import { startAuthority } from '../../test/servers/oauth/authority.ts'
import { giveAnew, register, registering, secretInForce } from '../../test/servers/oauth/registered.ts'
import { idOfValue } from './schema.ts'
import { answering, getsToken, providerFor, troublesOf } from './test-conformance.ts'

async function freshRegistration({ now }: KitTime): Promise<FreshTarget> {
  const authority = await startAuthority({ ...registering(true), now })
  const registered = await register(authority)
  // `fetch` would keep the connection for the next request.
  for (const socket of authority.sockets) socket.destroy()
  const { clientId } = registered
  const stored = (credential: object): StoredSecret => ({
    engine: 'oauth',
    profile: 'rfc7592',
    serverUrl: authority.url,
    registrationPath: 'reg',
    note: 'kept',
    ...credential,
  })
  const { hostname: host, port } = new URL(authority.url)
  return {
    secret: stored(registered),
    wire: {
      upstream: { host, port: Number(port) },
      framing: 'http',
      at: (secret, place) => ({ ...secret, serverUrl: `http://${place.host}:${place.port}` }),
    },
    ...troublesOf(authority),
    dropUser: answering(authority, () => ({ status: 401, body: { error: 'invalid_client' } })),
    live: async () => [idOfValue(await secretInForce(authority, clientId))],
    issueAnew: async () => stored(await giveAnew(authority, clientId)),
    close: () => authority.stop(),
  }
}

const options = {
  provider: providerFor({ profile: 'rfc7592' }),
  freshTarget: freshRegistration,
  signIn: (stored: StoredSecret) =>
    getsToken({ by: 'basic', urls: ['serverUrl'], tokenPath: '/token' }, stored),
  atOnce: 16,
  recoveries: 'in turn',
} as const

const WHOLE =
  /nobody disturbs|issued|`|close|killed|cut before every message of a rotation|held back .* the same step|at every stage|is (down|dropped|locked)|a (redirect|probe|check)|: nothing |the log/
const SHORT = /nobody disturbs|issued|`|killed .* a new token/

describe('conformance of clients that manage their own registration', () => {
  const skip = skippedOfRun(conformanceCases(options), { cutsInShort: false, whole: WHOLE, short: SHORT })
  testEach(
    'conformance of clients that manage their own registration',
    options,
    conformanceCases({ ...options, skip }),
  )
})
