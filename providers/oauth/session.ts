import { HttpClient } from '../../shared/http/index.ts'
import type { Trust } from '../../shared/network/tls.ts'
import { ONLY_MINTS, type OpenRequest, type Session, type Who } from '../../shared/provider/index.ts'
import { type AwsOrigin, workOnAws } from './aws/work.ts'
import { workOnKeyPair } from './keys/work.ts'
import { workOnManaged } from './managed-work.ts'
import type { Profile } from './profile/schema.ts'
import { workOnRefreshToken } from './refresh-work.ts'
import { workOnRegistered } from './registered-work.ts'
import {
  isKeyPair,
  isManaged,
  isOfAws,
  isRefreshToken,
  isRegistered,
  type OauthSecret,
  PLACE,
} from './schema.ts'

export interface SessionOptions {
  readonly trust: Trust
  readonly timeoutMs: number
  readonly bytes: (length: number) => Uint8Array
  readonly now: () => number
  /** Where a service of AWS is. Undefined: at its endpoint in the Region. */
  readonly awsOrigin: AwsOrigin | undefined
}

/** What is done in another way for each kind of profile. */
export type Work = Pick<Session, 'check' | 'probe'> &
  Partial<Pick<Session, 'apply' | 'exclusive' | 'list' | 'mint' | 'revoke' | 'retire'>>

/** One session, for secrets of one kind. Connects when it is asked to. */
export function openSession(
  { values, signal, timeLeftMs, connect, aws, mark }: OpenRequest<OauthSecret>,
  { trust, timeoutMs, bytes, now, awsOrigin }: SessionOptions,
): Session {
  const clientBy = (by: typeof connect): HttpClient =>
    new HttpClient({ trust, connect: by, timeoutMs, timeLeftMs, signal })
  const http = clientBy(connect)
  // No secret names the endpoints of AWS, so none of the hosts that secrets are limited to has to be one.
  const toAws = clientBy(undefined)
  const read = (who: Who): OauthSecret => {
    const sealed = values[who]
    if (sealed === undefined) throw new Error(`the ${who} value was not read`)
    return sealed.reveal()
  }
  const as =
    <S extends OauthSecret>(is: (secret: OauthSecret) => secret is S) =>
    (who: Who): S => {
      const secret = read(who)
      if (!is(secret)) throw new Error(`the ${who} value is of another kind`)
      return secret
    }
  /** The versions of a secret name one client; the engine has compared them. */
  const named = (): Who =>
    (['current', 'pending', 'gone'] as const).find((who) => values[who] !== undefined) ?? 'current'
  const managed = as(isManaged)
  const ofAws = as(isOfAws)
  const ofAwsIfRead = (who: Who) => (values[who] === undefined ? undefined : ofAws(who))
  const keyPair = as(isKeyPair)
  const works: { readonly [K in Profile['kind']]: () => Work } = {
    aws: () => workOnAws({ http, toAws, aws, awsOrigin, secretOf: ofAwsIfRead, signal, timeLeftMs, now }),
    managed: () => workOnManaged({ http, secretOf: managed, client: () => managed(named()), bytes, now }),
    'key-pair': () =>
      workOnKeyPair({
        http,
        secretOf: keyPair,
        // Under AWSPREVIOUS may be what the client had before it signed.
        isRead: (who) => values[who] !== undefined && isKeyPair(read(who)),
        client: () => keyPair(named()),
        mark,
      }),
    'refresh-token': () => workOnRefreshToken({ http, secretOf: as(isRefreshToken), now }),
    registered: () => workOnRegistered({ http, secretOf: as(isRegistered) }),
  }
  // Whoever opens a session has read what it is about.
  const known = WHO.find((who) => values[who] !== undefined)
  const kind = known === undefined ? 'managed' : read(known)[PLACE].profile.kind
  return {
    ...ONLY_MINTS,
    ...works[kind](),
    close: async () => void (await Promise.all([http.close(), toAws.close()])),
  }
}

const WHO: readonly Who[] = ['current', 'pending', 'gone', 'candidate', 'previous', 'admin']
