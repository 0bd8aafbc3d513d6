/** Clients that sign their token requests, at each kind of server. */
import type { StoredSecret } from '../../../shared/provider/index.ts'
import type { Authority, AuthorityOptions } from '../../../test/servers/oauth/authority.ts'
import { hydra } from '../../../test/servers/oauth/hydra.ts'
import { appIdOf } from '../../../test/servers/oauth/okta.ts'
import { oktaKeys } from '../../../test/servers/oauth/okta-keys.ts'
import { register, registering } from '../../../test/servers/oauth/registered.ts'
import {
  addSigningClient,
  getsToken,
  type Jwk,
  type KeyHolder,
  keysOf,
  makeKey,
} from '../../../test/servers/oauth/signing-clients.ts'
import { type OauthStage, type OauthStaging, stageOauth } from '../test-rotation.ts'

export interface KeyOptions {
  /** Keys that the client has beside its own. */
  readonly others?: readonly Jwk[]
  /** The API is only for who has its key. */
  readonly wantsKey?: boolean
}

/** A client with a key that was made by hand, at a server of one kind. */
export interface KeyClient {
  readonly authority: Omit<AuthorityOptions, 'now'>
  readonly secret: (url: string, authority: Authority) => Promise<StoredSecret>
}

export interface KeyKind {
  readonly profile: string
  /** The fields of the secret that say where the server is. */
  readonly urls: readonly string[]
  readonly tokenPath: string
  readonly make: (options: KeyOptions) => Promise<KeyClient>
}

const addressed = ({ profile, urls }: Omit<KeyKind, 'make'>, url: string): StoredSecret => ({
  profile,
  ...Object.fromEntries(urls.map((name) => [name, url])),
})

const AT_HYDRA = { profile: 'hydra', urls: ['publicUrl', 'adminUrl'], tokenPath: '/oauth2/token' }

export const HYDRA: KeyKind = {
  ...AT_HYDRA,
  async make({ others = [], wantsKey = false }) {
    const { jwk, ...first } = await makeKey()
    const clientId = await addSigningClient([...others, jwk])
    return {
      authority: hydra({ wantsKey }),
      secret: async (url) => ({ ...addressed(AT_HYDRA, url), clientId, scope: 'api', ...first }),
    }
  },
}

const AT_OKTA = { profile: 'okta-keys', urls: ['orgUrl'], tokenPath: '/oauth2/default/v1/token' }

const okta = (isWrapped: boolean): KeyKind => ({
  ...AT_OKTA,
  async make({ others = [], wantsKey = false }) {
    const { jwk, ...first } = await makeKey()
    const clientId = await addSigningClient([...others, jwk], wantsKey ? 'api' : 'api okta.apps.manage')
    return {
      authority: {
        clients: {},
        vendor: oktaKeys(clientId, [...others, jwk], { isWrapped }),
        oidc: { scopes: ['api', 'okta.apps.manage'] },
        wantsEndpoint: true,
      },
      secret: async (url) => ({
        ...addressed(AT_OKTA, url),
        appId: appIdOf(clientId),
        clientId,
        scope: 'api',
        ...first,
      }),
    }
  },
})

export const OKTA = okta(false)

const REGISTERING = { profile: 'rfc7592-keys', urls: ['serverUrl'], tokenPath: '/token' }

/** `keepsToken`: whether the server leaves the registration access token as it is. */
const registration = (keepsToken: boolean): KeyKind => ({
  ...REGISTERING,
  async make({ others = [] }) {
    const { jwk, ...first } = await makeKey()
    return {
      authority: registering(!keepsToken),
      async secret(url, authority) {
        const { clientId, registrationAccessToken } = await register(authority, { keys: [...others, jwk] })
        return {
          ...addressed(REGISTERING, url),
          issuer: url,
          registrationPath: 'reg',
          clientId,
          registrationAccessToken,
          ...first,
        }
      },
    }
  },
})

export const REGISTRATION = registration(true)

type Staged = (options?: KeyOptions & Pick<OauthStaging, 'admin' | 'settings'>) => Promise<OauthStage>

const staged =
  ({ make }: KeyKind): Staged =>
  async ({ admin, settings, ...options } = {}) =>
    await stageOauth({
      ...(await make(options)),
      ...(admin === undefined ? {} : { admin }),
      ...(settings === undefined ? {} : { settings }),
    })

export const onHydra = staged(HYDRA)
export const onOkta = staged(OKTA)
export const onOktaWrapped = staged(okta(true))
export const onRegistration = (keepsToken: boolean): Staged => staged(registration(keepsToken))

/** What AWSCURRENT holds. */
export const holderOf = ({ stage }: OauthStage): KeyHolder =>
  stage.value('AWSCURRENT') as unknown as KeyHolder

export const signsIn = ({ authority, stage }: OauthStage, holder: KeyHolder): Promise<boolean> => {
  const { profile } = stage.value('AWSCURRENT') as { profile: string }
  return getsToken(holder, authority.url + String(TOKEN_PATHS[profile]))
}

const TOKEN_PATHS = Object.fromEntries(
  [AT_HYDRA, AT_OKTA, REGISTERING].map(({ profile, tokenPath }) => [profile, tokenPath]),
)

/** The ids of the keys that the server knows. */
export const kidsAt = async (one: OauthStage): Promise<readonly unknown[]> =>
  (await keysOf(holderOf(one).clientId)).map(({ kid }) => kid)

/** The requests that changed all keys at once. */
export const changesOf = ({ authority }: OauthStage): readonly string[] =>
  authority.seen.filter((what) => /^(PATCH|PUT) /.test(what))
