import type { Verdict, Who } from '../provider/contract.ts'
import type { StepContext } from './context.ts'

/** Pauses between sign-ins with a credential that was just issued, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000]

/** What is left for the rest of the step when the waiting ends, in milliseconds. */
const REST_MS = 5_000

/**
 * A new credential may be refused for a while: within the time that the provider declares, a refusal says nothing. The
 * pending one is tried again until it is taken, the time is over, or the step has no more to spare.
 */
export async function settled(c: StepContext, who: Who, probe: () => Promise<Verdict>): Promise<Verdict> {
  let verdict = await probe()
  const settles = c.traits?.mints === true ? (c.provider?.capabilities.mint?.settlesWithinMs ?? 0) : 0
  const issuedAt = c.versions[who === 'pending' ? 'own' : who]?.createdAt
  if (settles === 0 || issuedAt === undefined || who === 'admin') return verdict
  const { clock, deadline } = c.input
  const isSettling = (): boolean => clock.now() - issuedAt < settles
  for (let at = 0; who === 'pending' && verdict.verdict === 'rejected' && isSettling(); at += 1) {
    const pause = PAUSES_MS[Math.min(at, PAUSES_MS.length - 1)] ?? 0
    if (deadline.timeLeftMs() < pause + REST_MS) break
    await clock.sleep(pause, deadline.signal)
    verdict = await probe()
  }
  if (verdict.verdict !== 'rejected' || !isSettling()) return verdict
  return {
    verdict: 'unknown',
    reason: `the target refuses a credential that is not ${settles / 1_000} s old yet`,
    code: 'MINT_NOT_SETTLED',
  }
}
