/** The conformance kit for refresh tokens that are used once. */
import { randomUUID } from 'node:crypto'
import { describe } from 'vitest'
import { conformanceCases, type FreshTarget, type KitTime } from '../../shared/conformance/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { skippedOfRun, testEach } from '../../test/kit-run.ts'
import { type Authority, startAuthority } from '../../test/servers/oauth/authority.ts'
import {
  endAccessTokensWithUse,
  endChainOf,
  isUnused,
  refreshing,
  signInAnew,
  unusedOf,
} from '../../test/servers/oauth/refresh.ts'
import { providerFor, troublesOf } from './test-conformance.ts'

const authorities = new Map<string, Authority>()

async function freshChain({ now }: KitTime): Promise<FreshTarget> {
  const [clientId, clientSecret] = [`app-${randomUUID()}`, randomUUID()]
  const authority = await startAuthority({ ...refreshing(clientId, clientSecret), now })
  authorities.set(clientId, authority)
  const live = unusedOf(authority)
  endAccessTokensWithUse(authority)
  const { hostname: host, port } = new URL(authority.url)
  const secret = async (): Promise<StoredSecret> => ({
    engine: 'oauth',
    profile: 'refresh-token',
    serverUrl: authority.url,
    userinfoPath: 'me',
    clientId,
    clientSecret,
    note: 'kept',
    ...(await signInAnew(authority, clientId)),
  })
  const { lockUser: _, dropUser: __, limitConnections: ___, ...troubles } = troublesOf(authority)
  return {
    secret: await secret(),
    wire: {
      upstream: { host, port: Number(port) },
      framing: 'http',
      at: (stored, place) => ({ ...stored, serverUrl: `http://${place.host}:${place.port}` }),
    },
    live,
    issueAnew: async () => {
      for (const one of await live()) await endChainOf(authority, one)
      return await secret()
    },
    ...troubles,
    async close() {
      authorities.delete(clientId)
      await authority.stop()
    },
  }
}

/** Whether the refresh token is the one in force; a use of it would tell by using it up. */
async function holdsRefreshToken({ clientId, refreshToken }: StoredSecret): Promise<boolean> {
  const authority = authorities.get(String(clientId))
  return authority !== undefined && (await isUnused(authority, String(refreshToken)))
}

const options = {
  provider: providerFor({ profile: 'refresh-token' }),
  freshTarget: freshChain,
  signIn: holdsRefreshToken,
  atOnce: 16,
  recoveries: 'in turn',
} as const

describe('conformance of refresh tokens', () => {
  const skip = skippedOfRun(conformanceCases(options), { cutsInShort: true, triesEach: true })
  testEach('conformance of refresh tokens', options, conformanceCases({ ...options, skip }))
})
