/** The conformance kit for key pairs. */
import { describe } from 'vitest'
import {
  type ConformanceOptions,
  conformanceCases,
  type End,
  type FreshTarget,
  type KitTime,
} from '../../../shared/conformance/index.ts'
import type { StoredSecret } from '../../../shared/provider/index.ts'
import { isShort, leftOutOfRun, onePoint, repeatBy, TRIED_BY_WHOLE, testEach } from '../../../test/kit-run.ts'
import { startAuthority } from '../../../test/servers/oauth/authority.ts'
import { getsToken, type Jwk, keysOf, makeKey, setKeys } from '../../../test/servers/oauth/signing-clients.ts'
import { answering, providerFor, troublesOf } from '../test-conformance.ts'
import { HYDRA, type KeyKind, OKTA, REGISTRATION } from './test-keys.ts'

async function freshClient({ make, urls }: KeyKind, { now }: KitTime): Promise<FreshTarget> {
  const stranger = await makeKey()
  const { authority: how, secret } = await make({ others: [stranger.jwk] })
  const authority = await startAuthority({ ...how, now })
  const stored: StoredSecret = { engine: 'oauth', note: 'kept', ...(await secret(authority.url, authority)) }
  const clientId = String(stored['clientId'])
  const { hostname: host, port } = new URL(authority.url)
  const setting = (keys: () => Promise<readonly Jwk[]> | readonly Jwk[]) => async (): Promise<End> => {
    const before = await keysOf(clientId)
    await setKeys(clientId, await keys())
    return () => setKeys(clientId, before)
  }
  const { dropUser: _, ...troubles } = troublesOf(authority)
  return {
    secret: stored,
    wire: {
      upstream: { host, port: Number(port) },
      framing: 'http',
      at: (value, place) => ({
        ...value,
        ...Object.fromEntries(urls.map((name) => [name, `http://${place.host}:${place.port}`])),
      }),
    },
    ...troubles,
    slow: async () => {
      const end = await troubles.slow?.()
      const { holds } = authority
      // Using a key is no change.
      authority.holds = (seen) => (seen.endsWith('/token') ? Promise.resolve() : holds(seen))
      return end ?? (() => Promise.resolve())
    },
    // The keys of Okta's application are known to its API alone.
    ...(urls.includes('orgUrl')
      ? {}
      : {
          dropUser: setting(() => [stranger.jwk]),
          changePasswordByHand: setting(async () => [(await makeKey()).jwk]),
        }),
    refuseByPolicy: answering(authority, (seen) =>
      /^(PATCH|PUT|POST .*jwks$)/.test(seen)
        ? { status: 400, body: { error: 'invalid_client_metadata' } }
        : undefined,
    ),
    close: () => authority.stop(),
  }
}

const optionsFor = (kind: KeyKind): ConformanceOptions => ({
  provider: providerFor({ profile: kind.profile }),
  freshTarget: (kit) => freshClient(kind, kit),
  signIn: ({ clientId, privateKey, keyId, issuer, ...stored }) => {
    const endpoint = `${stored[kind.urls[0] ?? '']}${kind.tokenPath}`
    const holder = { clientId: String(clientId), privateKey: String(privateKey), keyId: String(keyId) }
    return getsToken(holder, endpoint, issuer === undefined ? endpoint : String(issuer))
  },
  atOnce: 8,
  recoveries: 'in turn',
  repeatCommand: repeatBy('providers/oauth/keys/conformance.test.ts'),
  ...(onePoint === undefined ? {} : { only: onePoint }),
})

const BY_HAND: Readonly<Record<string, string>> = {
  'dual-password: when the target falls back to its state before the change it notices or heals':
    'the first key is made by hand and has no mark, so it stays and is told of; key-pair-trouble.test.ts tries it',
}

/** What hangs on the target. The rest is the engine's, which MySQL's two passwords try in every run. */
const TELLING =
  /nobody disturbs|`|propose|credential|identity|schema|apply|probe|check|close|retire ends|whole sequence|later rotation|somebody|dropped|new password|redirect|repeats the request|retirement killed/

/** What hangs on how the keys are written. */
const OF_WRITING = /nobody disturbs|apply|check|retire ends/

/** What is tried in whole runs of how they are written: every message is cut. */
const OF_WRITING_WHOLE = /nobody disturbs|apply|check|retire ends|cut before|new password/

const leftToWhole = (name: string, telling: RegExp): string | undefined =>
  isShort && !telling.test(name) ? TRIED_BY_WHOLE : undefined

describe.each([
  ['Ory Hydra', HYDRA, TELLING, /./],
  ['Okta', OKTA, OF_WRITING, OF_WRITING_WHOLE],
  ['a server where clients manage their registration', REGISTRATION, OF_WRITING, OF_WRITING_WHOLE],
] as const)('conformance of key pairs of %s', (name, kind, telling, tried) => {
  const options = optionsFor(kind)
  const cases = conformanceCases(options).filter((one) => tried.test(one.name))
  const skip = Object.fromEntries(
    cases.flatMap((one) => {
      const reason =
        BY_HAND[one.name] ?? leftOutOfRun(one.name, { cutsInShort: false }) ?? leftToWhole(one.name, telling)
      return reason === undefined ? [] : [[one.name, reason]]
    }),
  )
  testEach(
    `conformance of key pairs of ${name}`,
    options,
    conformanceCases({ ...options, skip }).filter((one) => tried.test(one.name)),
  )
})
