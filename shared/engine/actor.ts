import { isQuarterturnError, QuarterturnError } from '../errors/index.ts'
import type { Session, Who } from '../provider/contract.ts'
import { readAdmin } from './admin.ts'
import type { StepContext } from './context.ts'
import type { Known } from './known.ts'
import { byAdmin, provenBy } from './rules/common.ts'
import { consumes } from './rules/mint.ts'
import { isRecovered } from './rules/mint-intent.ts'

/** As whom the target is changed: the admin where the strategy has one, else whatever credential was proven. */
export async function actor(c: StepContext, known: Known): Promise<Who> {
  const proven = provenBy(known) ?? unproven(known)
  if (proven === undefined) throw new Error('nothing was proven')
  return (await adminWhere(c, known, proven === 'current')) ?? proven
}

/** As whom something is issued that shows itself only by being used up, or once more where the old one is dead. */
function unproven(known: Known): Who | undefined {
  if (consumes(known))
    return known.candidateProof === 'rejected' || known.candidate === 'ahead' ? 'candidate' : 'current'
  return isRecovered(known) ? 'current' : undefined
}

/** As whom a rotation is checked: nothing is changed, so no proof is asked for. */
export const checker = async (c: StepContext, known: Known): Promise<Who> =>
  (await adminWhere(c, known, true)) ?? (c.versions.current === undefined ? 'pending' : 'current')

/** As whom rights are compared: the admin, else what the step has proven. */
export const reader = async (c: StepContext, known: Known): Promise<Who> =>
  (await adminWhere(c, known, true)) ?? provenBy(known) ?? 'pending'

async function adminWhere(c: StepContext, known: Known, isAllowed: boolean): Promise<Who | undefined> {
  if (!isAllowed || !byAdmin(known) || known.admin !== 'accepted') return undefined
  if (c.versions.admin === undefined) await readAdmin(c, c.need('current'), 'AWSCURRENT')
  return 'admin'
}

/**
 * One operation at the target, signed in as `as`. The admin may be refused between its proof and this: that is its own
 * rotation, and says nothing of AWSCURRENT.
 */
export async function signedInAs<T>(
  c: StepContext,
  as: Who,
  operation: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    return await c.target(operation)
  } catch (error) {
    throw as === 'admin' ? adminError(error) : error
  }
}

export const adminError = (error: unknown): unknown =>
  isQuarterturnError(error) &&
  (error.code === 'CURRENT_REFUSED' || error.code === 'PENDING_REFUSED') &&
  (error.fields['credential'] ?? 'admin') === 'admin'
    ? new QuarterturnError('ADMIN_ROTATING', {
        problem: 'the target refuses the credential of the admin secret, which it took before',
        cause: error,
      })
    : error
