import type { Trust } from '../../shared/database/tls.ts'
import { HttpClient } from '../../shared/http/index.ts'
import {
  type Check,
  isQuarterturnError,
  ONLY_MINTS,
  type OpenRequest,
  type Session,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import { ClientSecrets } from './client-secrets.ts'
import { Management } from './management.ts'
import { type OauthSecret, PLACE } from './schema.ts'
import { consumersWish, requestToken } from './token.ts'

export interface SessionOptions {
  readonly trust: Trust
  readonly timeoutMs: number
  readonly bytes: (length: number) => Uint8Array
  readonly now: () => number
}

/** One session: token requests with the stored credentials, and calls to the management API. Connects when it is asked to. */
export function openSession(
  { values, signal, timeLeftMs, connect }: OpenRequest<OauthSecret>,
  { trust, timeoutMs, bytes, now }: SessionOptions,
): Session {
  const http = new HttpClient({ trust, connect, timeoutMs, timeLeftMs, signal })
  const secretOf = (who: Who): OauthSecret => {
    const sealed = values[who]
    if (sealed === undefined) throw new Error(`the ${who} value was not read`)
    return sealed.reveal()
  }
  /** The versions of a secret name one client; the engine has compared them. */
  const client = (): OauthSecret =>
    secretOf((['current', 'pending', 'gone'] as const).find((who) => values[who] !== undefined) ?? 'current')
  const management = new Management(http, secretOf)
  const secrets = new ClientSecrets({ management, secretOf, client, bytes, now })

  return {
    ...ONLY_MINTS,

    async check({ as }): Promise<Check> {
      try {
        const live = await secrets.list(as)
        return { possible: true, missing: [], notes: notesOn(live.length) }
      } catch (error) {
        if (!isQuarterturnError(error) || error.code !== 'PRIVILEGE_MISSING') throw error
        return { possible: false, missing: [{ privilege: error.problem, remedy: error.remedy }] }
      }
    },

    async probe({ who }): Promise<Verdict> {
      const secret = secretOf(who)
      if (isByToken(secret)) return await proveToken(secrets, who)
      const answer = await requestToken(http, secret, consumersWish(secret))
      if (answer.verdict === 'accepted') return { verdict: 'accepted', as: secret.clientId }
      const { isOfScope: _, ...verdict } = answer
      return verdict
    },

    list: ({ as }) => secrets.list(as),
    mint: (request) => secrets.mint(request),
    revoke: ({ id, as }) => secrets.revoke(id, as),
    retire: (request) => secrets.retire(request),
    close: () => http.close(),
  }

  function notesOn(live: number): readonly string[] {
    const secret = client()
    const isKnown = secret.secretId !== undefined || secret[PLACE].profile.list.secret !== undefined
    return isKnown
      ? []
      : [
          `the secret does not say which of the ${live} credentials at the target it holds (\`secretId\`), so the next rotation leaves it there for you to revoke`,
        ]
  }
}

/** An admin may have an API token, which is no client and gets no access token. */
const isByToken = ({ [PLACE]: { profile }, clientSecret, apiToken }: OauthSecret): boolean =>
  profile.api.authorization.apiToken !== undefined && clientSecret === apiToken

async function proveToken(secrets: ClientSecrets, who: Who): Promise<Verdict> {
  try {
    await secrets.list(who)
    return { verdict: 'accepted', as: 'an API token' }
  } catch (error) {
    if (!isQuarterturnError(error)) throw error
    const reason = error.problem
    if (error.code === 'CURRENT_REFUSED') return { verdict: 'rejected', reason }
    if (error.code === 'PRIVILEGE_MISSING') return { verdict: 'barred', reason, code: 'CREDENTIAL_BARRED' }
    if (error.code === 'TARGET_UNREACHABLE') return { verdict: 'unknown', reason, code: error.code }
    throw error
  }
}
