/** Key pairs of one secret, at a stage. */
import { hydra } from '../../test/servers/oauth/hydra.ts'
import { appIdOf } from '../../test/servers/oauth/okta.ts'
import { oktaKeys } from '../../test/servers/oauth/okta-keys.ts'
import { register, registering } from '../../test/servers/oauth/registered.ts'
import {
  addSigningClient,
  getsToken,
  type Jwk,
  type KeyHolder,
  keysOf,
  makeKey,
} from '../../test/servers/oauth/signing-clients.ts'
import { type OauthStage, type OauthStaging, stageOauth } from './test-rotation.ts'

export interface KeyStaging extends Pick<OauthStaging, 'admin' | 'settings'> {
  /** Keys that the client has beside its own. */
  readonly others?: readonly Jwk[]
  /** The API is only for who has its key. */
  readonly wantsKey?: boolean
  /** More of the secret. */
  readonly more?: object
}

type Staged = (staging?: KeyStaging) => Promise<OauthStage>

export const onHydra: Staged = async ({ others = [], more = {}, wantsKey = false, ...staging } = {}) => {
  const { jwk, ...first } = await makeKey()
  const clientId = await addSigningClient([...others, jwk])
  return await stageOauth({
    ...staging,
    authority: hydra({ wantsKey }),
    secret: (url) => ({
      profile: 'hydra',
      publicUrl: url,
      adminUrl: url,
      clientId,
      scope: 'api',
      ...first,
      ...more,
    }),
  })
}

const onOktaAs =
  (isWrapped: boolean): Staged =>
  async ({ others = [], more = {}, wantsKey = false, ...staging } = {}) => {
    const { jwk, ...first } = await makeKey('rsa-2048')
    const clientId = await addSigningClient([...others, jwk], wantsKey ? 'api' : 'api okta.apps.manage')
    return await stageOauth({
      ...staging,
      authority: {
        clients: {},
        vendor: oktaKeys(clientId, [...others, jwk], { isWrapped }),
        oidc: { scopes: ['api', 'okta.apps.manage'] },
        wantsEndpoint: true,
      },
      secret: (orgUrl) => ({
        profile: 'okta-keys',
        orgUrl,
        appId: appIdOf(clientId),
        clientId,
        scope: 'api',
        ...first,
        ...more,
      }),
    })
  }

export const onOkta = onOktaAs(false)
export const onOktaWrapped = onOktaAs(true)

/** `keepsToken`: whether the server leaves the registration access token as it is. */
export const onRegistration =
  (keepsToken: boolean): Staged =>
  async ({ others = [], more = {}, wantsKey: _, ...staging } = {}) => {
    const { jwk, ...first } = await makeKey()
    return await stageOauth({
      ...staging,
      authority: registering(!keepsToken),
      secret: async (serverUrl, authority) => {
        const { clientId, registrationAccessToken } = await register(authority, { keys: [...others, jwk] })
        return {
          profile: 'rfc7592-keys',
          serverUrl,
          issuer: serverUrl,
          registrationPath: 'reg',
          clientId,
          registrationAccessToken,
          ...first,
          ...more,
        }
      },
    })
  }

/** What AWSCURRENT holds. */
export const holderOf = ({ stage }: OauthStage): KeyHolder =>
  stage.value('AWSCURRENT') as unknown as KeyHolder

export const signsIn = ({ authority, stage }: OauthStage, holder: KeyHolder): Promise<boolean> => {
  const { profile } = stage.value('AWSCURRENT') as { profile: keyof typeof TOKEN_PATHS }
  return getsToken(holder, authority.url + TOKEN_PATHS[profile])
}

const TOKEN_PATHS = {
  hydra: '/oauth2/token',
  'okta-keys': '/oauth2/default/v1/token',
  'rfc7592-keys': '/token',
}

/** The ids of the keys that the server knows. */
export const kidsAt = async (one: OauthStage): Promise<readonly unknown[]> =>
  (await keysOf(holderOf(one).clientId)).map(({ kid }) => kid)

/** The requests that changed all keys at once. */
export const changesOf = ({ authority }: OauthStage): readonly string[] =>
  authority.seen.filter((what) => /^(PATCH|PUT) /.test(what))
