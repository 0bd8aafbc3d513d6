import { type NameLimit, nextUser as next } from '../../../shared/database/pair.ts'
import { QuarterturnError } from '../../../shared/provider/index.ts'
import { MAX_NAME_BYTES } from '../name.ts'

const LIMIT: NameLimit = {
  most: MAX_NAME_BYTES,
  unit: 'bytes',
  otherwise: 'PostgreSQL would cut it into another name',
}

/** The user whose turn it is. Throws `ACCOUNT_REFUSED` for a name that can have no pair. */
export const nextUser = (user: string): string => next(user, LIMIT)

/** A role that signed in a moment ago, or should be able to, is not there. */
export const gone = (role: string): QuarterturnError =>
  new QuarterturnError('CURRENT_REFUSED', {
    problem: `there is no role ${role} at the server of the admin secret`,
    remedy: 'find out who dropped it, and make it again with the password of the secret',
    fields: { credential: 'current' },
  })
