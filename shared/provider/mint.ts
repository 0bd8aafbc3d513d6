/**
 * What a provider adds where the target issues the credentials (*minted*), such as client secrets and API keys. A mint
 * exists before it can be stored, so each carries a mark by which a later invocation knows whose it is.
 */
import { QuarterturnError } from '../errors/index.ts'
import type { Session, StoredSecret, Who } from './contract.ts'

export interface MintCapabilities {
  /** What is minted carries a {@link Mark}, which `list` gives back. */
  readonly marked: boolean
  /** `list` gives the whole value of a mint, so that one which was never stored is used after all. */
  readonly readable: boolean
  /** How many credentials of one account may live at once; 2 or more. */
  readonly livesAtOnce: number
  /** Within this time a new credential may still be refused here and there, in milliseconds. Default 0. */
  readonly settlesWithinMs?: number
  /** No credential lives longer, in milliseconds. Default: as long as nobody revokes it. */
  readonly longestLifeMs?: number
}

/**
 * Whose a mint is: hashes of the secret's ARN and of the rotation's token, and which of its mints. They stay apart, so that
 * a later rotation recognises the secret without knowing the token. `markText` and `markOf` write and read them.
 */
export interface Mark {
  readonly secret: string
  readonly token: string
  readonly attempt: number
}

/** A credential of the account of `values.current` that the target says is live. */
export interface LiveCredential {
  /** The same id as `identity(secret).id` of the secret that holds it. */
  readonly id: string
  /** Left out: it carries none of ours. */
  readonly mark?: Mark
  /** When it was made, in milliseconds since the epoch, by the target's clock. Without it nothing sweeps the credential. */
  readonly createdAt?: number
  /** The secret as it is to be stored, where the value can be read. */
  readonly value?: StoredSecret
}

/**
 * - `minted`: `value` is the secret as it is to be stored, made from that of `from`; `id` is that of its credential.
 * - `full`: as many live as may; nothing was made. `reason` is for people.
 */
export type Minted =
  | {
      readonly result: 'minted'
      readonly id: string
      readonly value: StoredSecret
      /** In milliseconds since the epoch. Default: it does not. */
      readonly expiresAt?: number
    }
  | { readonly result: 'full'; readonly reason: string }

/** What a session that mints has beside the others. Required with `capabilities.mint`. */
export interface MintOperations {
  /** Every live credential of the account of `values.current`, whoever made it. Reads only. */
  list(request: { readonly as: Who }): Promise<readonly LiveCredential[]>
  /** Makes one more credential beside those that live, and marks it. A repeat makes another. */
  mint(request: { readonly from: Who; readonly as: Who; readonly mark: Mark }): Promise<Minted>
  /** Ends exactly the credential with this id, and no other. A repeat, or one that is gone, answers `already`. */
  revoke(request: { readonly id: string; readonly as: Who }): Promise<'revoked' | 'already'>
}

/** For a session that only mints: there is nothing to apply, and no lock. */
export const ONLY_MINTS: Pick<Session, 'apply' | 'exclusive'> = {
  apply: () => Promise.reject(chosen('apply')),
  exclusive: ({ work }) => work(),
}

/** For a provider that only mints: the target makes the values. */
export const proposesNothing = (): never => {
  throw chosen('propose')
}

const chosen = (what: string): QuarterturnError =>
  new QuarterturnError('PROVIDER_FAILED', { problem: `\`${what}\` of a provider that only mints was called` })

const MARK = /^quarterturn\.(?<secret>[0-9a-f]{16})\.(?<token>[0-9a-f]{16})\.(?<attempt>\d{1,9})$/

/** A mark as a display name, 46 characters and a few digits. */
export const markText = ({ secret, token, attempt }: Mark): string =>
  `quarterturn.${secret}.${token}.${attempt}`

/** The mark of a display name; undefined where it is none of ours. */
export function markOf(text: string): Mark | undefined {
  const { secret, token, attempt } = MARK.exec(text)?.groups ?? {}
  if (secret === undefined || token === undefined || attempt === undefined) return undefined
  return { secret, token, attempt: Number(attempt) }
}
