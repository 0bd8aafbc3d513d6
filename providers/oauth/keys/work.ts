import type { HttpClient } from '../../../shared/http/index.ts'
import {
  type Applied,
  type Check,
  isQuarterturnError,
  QuarterturnError,
  type Retired,
  type Verdict,
  type Who,
} from '../../../shared/provider/index.ts'
import { isByToken, Management, proveToken } from '../management.ts'
import { isId, type KeyPairSecret, PLACE } from '../schema.ts'
import type { Work } from '../session.ts'
import { consumersWish, requestToken, verdictOf } from '../token.ts'
import { ClientKeys, type Jwk, type KeySet, type RegisteredKey } from './client-keys.ts'
import { markIn } from './key-id.ts'

export interface KeyPairWorkOptions {
  readonly http: HttpClient
  readonly secretOf: (who: Who) => KeyPairSecret
  /** Whether the version was read, and holds a key pair. */
  readonly isRead: (who: Who) => boolean
  /** The secret whose client it is about. */
  readonly client: () => KeyPairSecret
  /** Begins the ids of the keys that this secret has made. */
  readonly mark: string
}

/** Token requests signed by the stored keys, and the public halves that the target keeps. Two of the secret's live at once. */
export function workOnKeyPair({ http, secretOf, isRead, client, mark }: KeyPairWorkOptions): Work {
  const keys = new ClientKeys(new Management(http, secretOf), client)

  return {
    async check({ as }): Promise<Check> {
      try {
        return seen(await keys.read(as))
      } catch (error) {
        if (!isQuarterturnError(error) || error.code !== 'PRIVILEGE_MISSING') throw error
        return { possible: false, missing: [{ privilege: error.problem, remedy: error.remedy }] }
      }
    },

    async probe({ who }): Promise<Verdict> {
      const secret = secretOf(who)
      if (isByToken(secret)) return await proveToken(() => keys.read(who))
      return verdictOf(await requestToken(http, secret, consumersWish(secret)), secret)
    },

    exclusive: ({ work }) => work(),

    async apply({ from, to, as }): Promise<Applied> {
      const [kept, next] = [secretOf(from), secretOf(to)]
      const ended = await bring(as, {
        kept: thumbprintOf(kept),
        wanted: next,
        isGone: (key) => isOver(key, next) && key.thumbprint !== thumbprintOf(kept),
      })
      return ended.result === 'was so' ? { result: 'applied' } : ended
    },

    async retire({ gone, keep, as }): Promise<Retired> {
      const [old, kept] = [thumbprintOf(secretOf(gone)), thumbprintOf(secretOf(keep))]
      if (old === kept) return { result: 'cannot', reason: 'it is the one to be kept' }
      const ended = await bring(as, { kept, isGone: ({ thumbprint }) => thumbprint === old })
      if (ended.result === 'was so') return { result: 'already' }
      if (ended.result === 'applied') return { result: 'retired' }
      return {
        result: 'cannot',
        reason:
          ended.result === 'refused'
            ? ended.reason
            : 'the key that is to be kept is not among those of the client',
      }
    },
  }

  /**
   * Changes the set until a reading shows it as it is to be, so that a writer who came between is seen. Nothing is touched
   * where neither the key that was just proven nor the new one is there: then the set is of another time, or another client.
   */
  async function bring(as: Who, { kept, wanted, isGone }: Aim): Promise<Brought> {
    let lost: Jwk | undefined
    for (let time = 0; time < TIMES; time += 1) {
      const set = await keys.read(as)
      const isThere = (thumbprint: string): boolean => set.keys.some((key) => key.thumbprint === thumbprint)
      const hasWanted = wanted === undefined || isThere(thumbprintOf(wanted))
      const ofKept = set.keys.find(({ thumbprint }) => thumbprint === kept)?.jwk
      if (ofKept === undefined && lost === undefined && (wanted === undefined || !hasWanted))
        return { result: 'superseded' }
      const remove = set.keys.filter(isGone)
      const add = [
        // It was there a moment ago: another writer had not seen it.
        ...(ofKept === undefined && lost !== undefined ? [lost] : []),
        ...(hasWanted ? [] : [publicJwkOf(wanted)]),
      ]
      if (add.length === 0 && remove.length === 0) return { result: time === 0 ? 'was so' : 'applied' }
      lost ??= ofKept
      const written = await keys.write(as, set, { add, remove })
      if (written.result === 'refused') return written
    }
    throw new QuarterturnError('TARGET_BUSY', {
      problem: 'the keys of the client change while they are changed: somebody else does so at the same time',
    })
  }

  /** Made by this secret before that one, or that of AWSPREVIOUS, which nobody needs any more once there is another. */
  function isOver(key: RegisteredKey, next: KeyPairSecret): boolean {
    if (stored().includes(key.thumbprint)) return false
    return isOlderOfOurs(key, next) || key.thumbprint === previous()
  }

  function isOlderOfOurs({ kid }: RegisteredKey, next: KeyPairSecret): boolean {
    const [ours, its] = [markIn(kid), markIn(next.keyId)]
    return isOurs(ours?.secret) && its !== undefined && ours !== undefined && ours.attempt < its.attempt
  }

  /** Both are the beginning of one hash. */
  function isOurs(part: string | undefined): boolean {
    return part !== undefined && mark.startsWith(part)
  }

  /** Of whatever is stored under that label, what holds a key of this client. */
  function previous(): string | undefined {
    if (!isRead('previous')) return undefined
    const secret = secretOf('previous')
    const [its, ours] = [secret[PLACE], client()[PLACE]]
    const isSame = secret.clientId === client().clientId && its.apiOrigin === ours.apiOrigin
    return isSame ? its.key?.thumbprint : undefined
  }

  /** The keys that no rotation ends. */
  function stored(): readonly string[] {
    return (['current', 'pending'] as const).filter(isRead).map((who) => thumbprintOf(secretOf(who)))
  }

  function seen({ keys: all, isByValue }: KeySet): Check {
    const own = stored()
    if (!isByValue)
      return {
        possible: false,
        missing: [
          {
            privilege: 'the keys of the client by value',
            remedy: 'register its keys themselves (`jwks`), not the address where they are (`jwks_uri`)',
          },
        ],
      }
    if (!all.some(({ thumbprint }) => own.includes(thumbprint)))
      throw new QuarterturnError('CURRENT_REFUSED', {
        problem: 'the key of AWSCURRENT is not among those that the client has at the target',
        fields: { credential: 'current' },
      })
    const others = all.filter(
      ({ thumbprint, kid }) =>
        !own.includes(thumbprint) && thumbprint !== previous() && !isOurs(markIn(kid)?.secret),
    )
    return {
      possible: true,
      missing: [],
      // The first key was made by hand: who it belongs to, only the value of AWSPREVIOUS tells.
      needsPrevious: others.length > 0 && !isRead('previous'),
      notes:
        others.length === 0
          ? []
          : [`the client has other keys that this secret did not make, and they stay: ${named(others)}`],
    }
  }
}

/** How often the set is read, and changed in between. */
const TIMES = 4

/** `was so`: nothing had to be done. */
type Brought = Applied | { readonly result: 'was so' }

interface Aim {
  /** By its thumbprint: the key that was just proven. */
  readonly kept: string
  /** Comes to it. Default: none does. */
  readonly wanted?: KeyPairSecret
  readonly isGone: (key: RegisteredKey) => boolean
}

const thumbprintOf = (secret: KeyPairSecret): string => keyOf(secret).thumbprint

function keyOf({ [PLACE]: { key } }: KeyPairSecret) {
  // An admin with nothing but an API token is asked for no key.
  if (key === undefined) throw new Error('the secret has no key')
  return key
}

/** Made from members that are public by their names. */
const publicJwkOf = (secret: KeyPairSecret): Jwk => ({
  ...keyOf(secret).publicJwk,
  kid: secret.keyId,
  use: 'sig',
  alg: secret[PLACE].algorithm,
})

/** What a target says is told only where it is an id. */
const named = (keys: readonly RegisteredKey[]): string =>
  keys.map(({ kid }) => (isId(kid) ? kid : 'one without an id that could be told')).join(', ')
