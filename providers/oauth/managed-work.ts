import type { HttpClient } from '../../shared/http/index.ts'
import { type Check, isQuarterturnError, type Verdict, type Who } from '../../shared/provider/index.ts'
import { ClientSecrets } from './client-secrets.ts'
import { isByToken, Management, proveToken } from './management.ts'
import { type ManagedSecret, PLACE } from './schema.ts'
import type { Work } from './session.ts'
import { consumersWish, requestToken, verdictOf } from './token.ts'

export interface ManagedWorkOptions {
  readonly http: HttpClient
  readonly secretOf: (who: Who) => ManagedSecret
  /** The secret whose client it is about. */
  readonly client: () => ManagedSecret
  readonly bytes: (length: number) => Uint8Array
  readonly now: () => number
}

/** Token requests with the stored credentials, and calls to the management API. */
export function workOnManaged({ http, secretOf, client, bytes, now }: ManagedWorkOptions): Work {
  const management = new Management(http, secretOf)
  const secrets = new ClientSecrets({ management, secretOf, client, bytes, now })

  return {
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
      if (isByToken(secret)) return await proveToken(() => secrets.list(who))
      return verdictOf(await requestToken(http, secret, consumersWish(secret)), secret)
    },

    list: ({ as }) => secrets.list(as),
    mint: (request) => secrets.mint(request),
    revoke: ({ id, as }) => secrets.revoke(id, as),
    retire: (request) => secrets.retire(request),
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
