import { isQuarterturnError } from '../errors/index.ts'
import type { Verdict, Who } from '../provider/contract.ts'
import type { StepContext } from './context.ts'
import type { Version } from './version.ts'

/** Pauses between sign-ins with a credential that was just issued, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000]

/** What is left for the rest of the step when the waiting ends, in milliseconds. */
const REST_MS = 5_000

/**
 * A new credential may be refused for a while: within the time that the provider declares, a refusal says nothing. The
 * pending one, and one that is used again, is tried until it is taken, the time is over, or the step has no more to spare.
 */
export async function settled(c: StepContext, who: Who, probe: () => Promise<Verdict>): Promise<Verdict> {
  const { clock, deadline } = c.input
  // What was asked before the time was over says nothing, however late the answer came.
  let askedAt = clock.now()
  let verdict = await probe()
  const settles = c.traits?.mints !== undefined ? (c.provider?.capabilities.mint?.settlesWithinMs ?? 0) : 0
  if (settles === 0 || who === 'admin' || verdict.verdict !== 'rejected') return verdict
  const issuedAt = await whenIssued(c, who)
  if (issuedAt === undefined) return verdict
  const isNew = who === 'pending' || who === 'candidate'
  const isSettling = (): boolean => askedAt - issuedAt < settles
  for (let at = 0; isNew && verdict.verdict === 'rejected' && isSettling(); at += 1) {
    const pause = PAUSES_MS[Math.min(at, PAUSES_MS.length - 1)] ?? 0
    if (deadline.timeLeftMs() < pause + REST_MS) break
    await clock.sleep(pause, deadline.signal)
    askedAt = clock.now()
    verdict = await probe()
  }
  if (verdict.verdict !== 'rejected' || !isSettling()) return verdict
  return {
    verdict: 'unknown',
    reason: `the target refuses a credential that is not ${settles / 1_000} s old yet`,
    code: 'MINT_NOT_SETTLED',
  }
}

/**
 * When the credential was issued, as the target says where it does. A version may be much older: it is there, empty, from
 * RotateSecret on, and createSecret may have had to be repeated. Storing a value is a change of the secret, so where the target
 * says nothing it is not older than the last of these.
 */
async function whenIssued(c: StepContext, who: Who): Promise<number | undefined> {
  const version = c.versions[who === 'pending' ? 'own' : who]
  if (version?.createdAt === undefined || who === 'current') return version?.createdAt
  const told = await toldByTarget(c, version)
  if (told !== undefined) return Math.max(version.createdAt, told)
  // One that is used again was stored before this rotation changed the secret. Where the old one is dead there is nothing else.
  const isWaitedFor = who === 'pending' || c.traits?.mints?.old === 'dies'
  return isWaitedFor ? Math.max(version.createdAt, (await lastChange(c)) ?? 0) : version.createdAt
}

async function toldByTarget(c: StepContext, { id }: Version): Promise<number | undefined> {
  // One that is refused itself is not tried again: the target may count.
  const isRefused = c.verdicts.current?.verdict === 'rejected'
  if (id === undefined || isRefused || c.versions.current === undefined) return undefined
  const listed = await c
    .target(async (session) => session.list?.({ as: 'current' }))
    .catch((error: unknown) => {
      // Whoever cannot look there goes by the version.
      if (isQuarterturnError(error) && error.code === 'CURRENT_REFUSED')
        c.verdicts.current = { verdict: 'rejected', reason: error.problem }
      return undefined
    })
  return listed?.find((one) => one.id === id)?.createdAt
}

/** The decisions of this step stay with the labels that were read for them. */
async function lastChange(c: StepContext): Promise<number | undefined> {
  const { labels } = c
  await c.describe()
  c.labels = labels
  return c.lastChangedAt
}
