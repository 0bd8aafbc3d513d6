/** The conformance kit for key pairs. */
import { describe } from 'vitest'
import { conformanceCases, type End, type FreshTarget, type KitTime } from '../../shared/conformance/index.ts'
import type { Provider, StoredSecret } from '../../shared/provider/index.ts'
import { isShort, leftOutOfRun, onePoint, repeatBy, TRIED_BY_WHOLE, testEach } from '../../test/kit-run.ts'
import { startAuthority } from '../../test/servers/oauth/authority.ts'
import { hydra } from '../../test/servers/oauth/hydra.ts'
import {
  addSigningClient,
  getsToken,
  type Jwk,
  keysOf,
  makeKey,
  setKeys,
} from '../../test/servers/oauth/signing-clients.ts'
import { createOauth } from './index.ts'
import { troublesOf } from './test-conformance.ts'

async function freshClient({ now }: KitTime): Promise<FreshTarget> {
  const authority = await startAuthority({ ...hydra(), now })
  const { jwk, ...first } = await makeKey()
  const stranger = await makeKey()
  const clientId = await addSigningClient([stranger.jwk, jwk])
  const { hostname: host, port } = new URL(authority.url)
  const setting = (keys: () => Promise<readonly Jwk[]> | readonly Jwk[]) => async (): Promise<End> => {
    const before = await keysOf(clientId)
    await setKeys(clientId, await keys())
    return () => setKeys(clientId, before)
  }
  const troubles = troublesOf(authority)
  return {
    secret: {
      engine: 'oauth',
      profile: 'hydra',
      publicUrl: authority.url,
      adminUrl: authority.url,
      clientId,
      scope: 'api',
      note: 'kept',
      ...first,
    },
    wire: {
      upstream: { host, port: Number(port) },
      framing: 'http',
      at: (stored, place) => {
        const url = `http://${place.host}:${place.port}`
        return { ...stored, publicUrl: url, adminUrl: url }
      },
    },
    ...troubles,
    slow: async () => {
      const end = await troubles.slow?.()
      const { holds } = authority
      // Using a key is no change.
      authority.holds = (seen) => (seen.endsWith('/token') ? Promise.resolve() : holds(seen))
      return end ?? (() => Promise.resolve())
    },
    dropUser: setting(() => [stranger.jwk]),
    changePasswordByHand: setting(async () => [(await makeKey()).jwk]),
    refuseByPolicy: async () => {
      const before = authority.answers
      authority.answers = (seen) =>
        seen.startsWith('PATCH ') ? { status: 400, body: { error: 'invalid_client_metadata' } } : undefined
      return async () => {
        authority.answers = before
      }
    },
    close: () => authority.stop(),
  }
}

const provider = createOauth({ allowClearTextLoopback: true })
const options = {
  provider: {
    ...provider,
    capabilities: provider.capabilitiesOf?.({ profile: 'hydra' }) ?? provider.capabilities,
  } as Provider,
  freshTarget: freshClient,
  signIn: ({ clientId, privateKey, keyId, publicUrl }: StoredSecret) =>
    getsToken(
      { clientId: String(clientId), privateKey: String(privateKey), keyId: String(keyId) },
      `${publicUrl}/oauth2/token`,
    ),
  atOnce: 16,
  recoveries: 'in turn',
  repeatCommand: repeatBy('providers/oauth/key-pair-conformance.test.ts'),
  ...(onePoint === undefined ? {} : { only: onePoint }),
} as const

const BY_HAND: Readonly<Record<string, string>> = {
  'dual-password: when the target falls back to its state before the change it notices or heals':
    'the first key is made by hand and has no mark, so it stays and is told of; key-pair.test.ts tries it',
}

/** What hangs on the target. The rest is the engine's, which MySQL's two passwords try in every run. */
const TELLING =
  /nobody disturbs|`|propose|credential|identity|schema|apply|probe|check|close|retire ends|whole sequence|later rotation|somebody|dropped|new password|redirect|repeats the request|retirement killed/

const leftToWhole = (name: string): string | undefined =>
  isShort && !TELLING.test(name) ? TRIED_BY_WHOLE : undefined

describe('conformance of key pairs', () => {
  const skip = Object.fromEntries(
    conformanceCases(options).flatMap(({ name }) => {
      const reason = BY_HAND[name] ?? leftOutOfRun(name, { cutsInShort: false }) ?? leftToWhole(name)
      return reason === undefined ? [] : [[name, reason]]
    }),
  )
  testEach('conformance of key pairs', options, conformanceCases({ ...options, skip }))
})
