import { QuarterturnError } from '../../../shared/provider/index.ts'
import { MAX_NAME_BYTES } from '../name.ts'

/** The suffix of AWS's own multi-user template, so that its pairs go on. */
export const CLONE_SUFFIX = '_clone'

/** The two users of a pair: whatever is made belongs to `owner`, and `clone` acts as it. */
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

/** The user whose turn it is. Throws `ACCOUNT_REFUSED` for a name that can have no pair. */
export function nextUser(user: string): string {
  const next = alternateOf(user)
  if (Buffer.byteLength(next) > MAX_NAME_BYTES)
    throw new QuarterturnError('ACCOUNT_REFUSED', {
      problem: `\`username\` with the suffix ${CLONE_SUFFIX} is longer than ${MAX_NAME_BYTES} bytes, and PostgreSQL would cut it into another name`,
      remedy: `use a user of at most ${MAX_NAME_BYTES - CLONE_SUFFIX.length} bytes, or the strategy \`single-user\``,
    })
  if (alternateOf(next) !== user)
    throw new QuarterturnError('ACCOUNT_REFUSED', {
      problem: `\`username\` ends in ${CLONE_SUFFIX} twice, so it does not tell who its pair is`,
    })
  return next
}

/** A role that signed in a moment ago, or should be able to, is not there. */
export const gone = (role: string): QuarterturnError =>
  new QuarterturnError('CURRENT_REFUSED', {
    problem: `there is no role ${role} at the server of the admin secret`,
    remedy: 'find out who dropped it, and make it again with the password of the secret',
  })
