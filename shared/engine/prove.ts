import type { Who } from '../provider/contract.ts'
import { type AdminStage, readAdmin } from './admin.ts'
import type { StepContext } from './context.ts'
import type { Proof } from './known.ts'
import { settled } from './settle.ts'
import { isSameCredential, type Version } from './version.ts'

/** One sign-in at the writer. */
export async function prove(c: StepContext, who: Who): Promise<Proof> {
  const verdict = await settled(c, who, () => c.target((session) => session.probe({ who, at: 'writer' })))
  c.verdicts[who] = verdict
  c.lastVerdict = verdict
  if (verdict.verdict !== 'accepted') c.reason = verdict.reason
  return verdict.verdict
}

/**
 * The admin may be rotating at this moment: when it is refused, its current value is read once more, then its pending one.
 * A value that was refused is not tried again, since a target may count failed sign-ins.
 */
export async function proveAdmin(c: StepContext): Promise<Proof> {
  const of = c.versions.current ?? c.need('own')
  const tried: Version[] = []
  let proof: Proof = 'rejected'
  for (const stage of ['AWSCURRENT', 'AWSCURRENT', 'AWSPENDING'] satisfies AdminStage[]) {
    const admin = await readAdmin(c, of, stage)
    if (admin === undefined || tried.some((one) => isSameCredential(one, admin))) continue
    tried.push(admin)
    proof = await prove(c, 'admin')
    if (proof !== 'rejected') return proof
  }
  return proof
}
