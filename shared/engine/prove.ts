import type { Verdict, Who } from '../provider/contract.ts'
import { type AdminStage, readAdmin } from './admin.ts'
import type { StepContext } from './context.ts'
import type { Known, Proof } from './known.ts'
import { isOfPair } from './rules/common.ts'
import { settled } from './settle.ts'
import { isSameCredential, type Version } from './version.ts'
import { untilDone } from './wait.ts'

/**
 * One sign-in at the writer; a change that the target carries out by itself is waited for. Where nobody can sign in, what the
 * target itself says of the credential counts as its word, and the record tells that it is no proof.
 */
export async function prove(c: StepContext, who: Who): Promise<Proof> {
  const probe = (): Promise<Verdict> => c.target((session) => session.probe({ who, at: 'writer' }))
  const verdict = await settled(c, who, () => untilDone(c, probe, isChanging))
  c.verdicts[who] = verdict
  c.lastVerdict = verdict
  if (verdict.verdict !== 'accepted') c.reason = verdict.reason
  const isItsWord = verdict.verdict === 'unprovable' && c.provider?.capabilities.probe === 'none'
  return isItsWord ? 'accepted' : verdict.verdict
}

const isChanging = (verdict: Verdict): boolean =>
  verdict.verdict === 'unknown' && verdict.code === 'CHANGE_IN_PROGRESS'

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

/**
 * The pending credential where consumers sign in. Where that is the place of changes, it was proven there a moment ago. A
 * replica may not have heard of it yet, so a refusal is tried once more after a pause, and only once: the target may count.
 * Where it counts against the very account that consumers use, the pause comes first, and one refusal is enough.
 */
export async function proveToConsumers(c: StepContext, known: Known): Promise<Proof> {
  const { consumer, server } = c.need('own')
  const writer = c.versions.admin?.server ?? server
  if (consumer === undefined || (consumer.host === writer?.host && consumer.port === writer.port))
    return 'accepted'
  const pause = (): Promise<void> =>
    c.input.clock.sleep(c.input.settings.consumerDelayMs ?? 2_000, c.input.deadline.signal)
  const isCareful = !isOfPair(known) && c.provider?.capabilities.failedProbe === 'counts'
  if (isCareful) await pause()
  let verdict = await probeForConsumers(c)
  if (verdict.verdict === 'rejected' && !isCareful) {
    await pause()
    verdict = await probeForConsumers(c)
  }
  c.consumerVerdict = verdict
  if (verdict.verdict !== 'accepted' && verdict.verdict !== 'rejected')
    c.lastVerdict = {
      ...verdict,
      reason: `at ${consumer.host}, where consumers sign in: ${verdict.reason}`,
    }
  return verdict.verdict
}

const probeForConsumers = (c: StepContext): Promise<Verdict> =>
  c.target((session) => session.probe({ who: 'pending', at: 'consumer' }))
