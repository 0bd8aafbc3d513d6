/**
 * What a provider adds where the target issues the credentials (*minted*), such as client secrets and API keys. A mint
 * exists before it can be stored, so each carries a mark by which a later invocation knows whose it is.
 */
import { QuarterturnError } from '../errors/index.ts'
import type { Session, StoredSecret, Who } from './contract.ts'

/**
 * The strategies, by what becomes of the credential that is replaced:
 * - `overlapping`: it lives on until it is ended. Two or more live at once. Class A.
 * - `staged`: so too; the new one is proven beside it and then made the primary one, by `promote`. Class A.
 * - `grace`: it expires by itself after {@link MintCapabilities.graceMs}. Class A until then.
 * - `in-place-minted`: the mint ends it. Class C: until the new one is stored, nothing stored signs in.
 * - `refresh-token`: so too, and a repeat of the mint would end everything. The secret holds an access token beside it,
 *   which is what `probe` uses, so that probing uses up nothing; `rejected` says no more than that it has expired. `from` may be
 *   `candidate`: one that was stored by a rotation which was given up. A refresh token that stays the same is fine. Class C.
 * - `conditional`: the target may answer that nothing needs to change. Else as its capabilities say.
 */
export interface MintCapabilities {
  /**
   * What is minted carries a {@link Mark}, which `list` gives back. Where the mint ends the old credential, the mark may as
   * well be given to the account directly before. A target that can carry none has the label QUARTERTURN_MINTING instead: a
   * mint whose reply was lost then stops the rotation where it cannot be told what became of it.
   */
  readonly marked: boolean
  /** `list` gives the whole value of a mint, so that one which was never stored is used after all. */
  readonly readable: boolean
  /** How many credentials of one account may live at once: 2 or more, or 1 where the mint ends the old one. */
  readonly livesAtOnce: number
  /** A mint ends the credential that it replaces. Required by `in-place-minted`. Default: false. */
  readonly inPlace?: boolean
  /** A mint uses up the credential it is made from, and a second one from it ends the account. Required by `refresh-token`. */
  readonly consuming?: boolean
  /** A mint lets the credential that it replaces go on for so long at least, in milliseconds. Required by `grace`. */
  readonly graceMs?: number
  /** That time begins with the first use of the new credential, which is therefore not tried before `finishSecret`. */
  readonly firstUseStartsGrace?: boolean
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
  /** Required by `staged`; elsewhere it is only told. */
  readonly state?: LiveState
  /** Who made it, where the target tells without a mark: the account or admin that this session signs in as, or another. */
  readonly author?: 'us' | 'other'
  /** When it was made, in milliseconds since the epoch, by the target's clock. Without it nothing sweeps the credential. */
  readonly createdAt?: number
  /** When it ends by itself, in milliseconds since the epoch. Default: it does not, or nobody knows. */
  readonly expiresAt?: number
  /** The secret as it is to be stored, where the value can be read. */
  readonly value?: StoredSecret
}

/**
 * - `primary`: the one that the target gives out as the account's.
 * - `staged`: it signs in beside the primary one, and `promote` takes it.
 * - `retiring`: it was the primary one before; it signs in until it is ended, or ends by itself.
 * - `dead`: it has a place at the target and does not sign in.
 */
export type LiveState = 'primary' | 'staged' | 'retiring' | 'dead'

/**
 * - `minted`: `value` is the secret as it is to be stored, made from that of `from`; `id` is that of its credential.
 * - `unchanged`: the target has looked and nothing needs to change; nothing was made. Only with `conditional`.
 * - `full`: as many live as may; nothing was made. `reason` is for people.
 * - `declined`: the target said no for another reason, such as a limit of its own; nothing was made.
 */
export type Minted =
  | {
      readonly result: 'minted'
      /** Left out where a target that does not `list` names none. */
      readonly id?: string
      readonly value: StoredSecret
      /** In milliseconds since the epoch. Default: it does not. */
      readonly expiresAt?: number
      /** When the credential that it replaces ends by itself, in milliseconds since the epoch. */
      readonly oldExpiresAt?: number
      /** What the operator is to know of it, without any value. */
      readonly note?: string
    }
  | { readonly result: 'unchanged' }
  | { readonly result: 'full' | 'declined'; readonly reason: string }

/** What a session that mints has beside the others. */
export interface MintOperations {
  /**
   * Every live credential of the account of `values.current`, whoever made it. Reads only. Required by `overlapping` and
   * `staged`, and where mints are marked or readable.
   */
  list(request: { readonly as: Who }): Promise<readonly LiveCredential[]>
  /**
   * Makes one more credential, and marks it. A repeat makes another. Required. Rejects only where it cannot say whether one
   * was made.
   */
  mint(request: { readonly from: Who; readonly as: Who; readonly mark: Mark }): Promise<Minted>
  /**
   * Ends exactly the credential with this id, and no other. A repeat, or one that is gone, answers `already`. Required by
   * `overlapping` and `staged`.
   */
  revoke(request: { readonly id: string; readonly as: Who }): Promise<'revoked' | 'already'>
  /**
   * Makes the staged credential with this id the primary one; the primary one goes on as `retiring`. A repeat, or one that
   * is the primary already, answers `already`. `moved`: another one took its place since; nothing changed. Required by `staged`.
   */
  promote(request: { readonly id: string; readonly as: Who }): Promise<'promoted' | 'already' | 'moved'>
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
