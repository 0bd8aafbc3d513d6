import { QuarterturnError } from '../provider/index.ts'

/** The suffix of AWS's own multi-user templates, so that their pairs go on. */
export const CLONE_SUFFIX = '_clone'

/** The two users of a pair: `owner` was there first, and `clone` was made after it. */
export interface Pair {
  readonly owner: string
  readonly clone: string
}

export const isClone = (user: string): boolean =>
  user.length > CLONE_SUFFIX.length && user.endsWith(CLONE_SUFFIX)

/** The user whose name the pair goes by; for a user that is in no pair, itself. */
export const ownerOf = (user: string): string => (isClone(user) ? user.slice(0, -CLONE_SUFFIX.length) : user)

export function pairOf(user: string): Pair {
  const owner = ownerOf(user)
  return { owner, clone: owner + CLONE_SUFFIX }
}

/** The other user of the pair. It leads back, but for names that {@link nextUser} refuses. */
export const alternateOf = (user: string): string => (isClone(user) ? ownerOf(user) : user + CLONE_SUFFIX)

/** How long a name may be. */
export interface NameLimit {
  readonly most: number
  readonly unit: 'bytes' | 'characters'
  /** What the server does about a longer one, after its name. */
  readonly otherwise: string
}

const lengthOf = (name: string, unit: NameLimit['unit']): number =>
  unit === 'bytes' ? Buffer.byteLength(name) : [...name].length

/** The error for a name whose clone would be too long; undefined where it is not. */
export function tooLong(user: string, { most, unit, otherwise }: NameLimit): QuarterturnError | undefined {
  return lengthOf(pairOf(user).clone, unit) <= most
    ? undefined
    : new QuarterturnError('ACCOUNT_REFUSED', {
        problem: `\`username\` with the suffix ${CLONE_SUFFIX} is longer than ${most} ${unit}, and ${otherwise}`,
        remedy: `use a user of at most ${most - CLONE_SUFFIX.length} ${unit}, or the strategy \`single-user\``,
      })
}

/** The user whose turn it is. Throws `ACCOUNT_REFUSED` for a name that can have no pair. */
export function nextUser(user: string, limit: NameLimit): string {
  const refusal = tooLong(user, limit)
  if (refusal !== undefined) throw refusal
  const next = alternateOf(user)
  if (alternateOf(next) !== user)
    throw new QuarterturnError('ACCOUNT_REFUSED', {
      problem: `\`username\` ends in ${CLONE_SUFFIX} twice, so it does not tell who its pair is`,
    })
  return next
}
