import { isQuarterturnError, QuarterturnError } from '../errors/index.ts'
import type { LiveCredential } from '../provider/mint.ts'
import { actor } from './actor.ts'
import { isNamed, isOtherStage } from './aws-names.ts'
import type { StepContext } from './context.ts'
import { isHeld, isKept } from './held.ts'
import type { Known } from './known.ts'
import type { LabelsBeforeEnd, MintAnswers, MintFacts } from './known-mint.ts'
import type { Labels } from './labels.ts'
import { lookAtIntent } from './look-intent.ts'
import { isOfRotation, isOfSecret, LONGEST_INVOCATION_MS } from './mint-work.ts'
import { flawOf } from './mintable.ts'
import { prove } from './prove.ts'
import { readCandidate, readCurrent, readOwn, readPrevious } from './read.ts'
import { sinceOf } from './relation.ts'
import { fitOf } from './schedule-of-life.ts'
import { listAs, tellStrangers } from './strangers.ts'
import { isSameAccount, isSameCredential } from './version.ts'

type LookAtMints = {
  readonly [Q in keyof MintAnswers]: (context: StepContext, known: Known) => Promise<MintAnswers[Q]>
}

/** How the questions about credentials are answered that the target issues. */
export const lookAtMints: LookAtMints = {
  stored: async (c) => {
    try {
      const raw = await c.raw((sm) =>
        sm.getSecretValue({ SecretId: c.arn, VersionId: c.token, VersionStage: 'AWSPENDING' }),
      )
      c.keep('own', await c.understand(raw, 'AWSPENDING'))
      return 'there'
    } catch (error) {
      if (isNamed(error, 'ResourceNotFoundException')) return 'empty'
      if (isOtherStage(error))
        throw new QuarterturnError('TOKEN_NOT_PENDING', { problem: 'the version has lost AWSPENDING' })
      throw isQuarterturnError(error) ? error : c.awsError(error, 'GetSecretValue')
    }
  },
  readBack: async (c) => {
    const raw = await readOwn(c)
    if (raw === undefined) return 'absent'
    c.keep('own', await c.understand(raw, 'AWSPENDING'))
    return 'read'
  },
  candidateProof: async (c) => {
    await readCandidate(c)
    return await prove(c, 'candidate')
  },
  fit: (c) => Promise.resolve(fitOf(c)),
  since: (c) => sinceOf(c, c.need('own')),
  ...lookAtIntent,

  leftover: async (c, known) => {
    const { mints } = c
    delete mints.leftover
    if (!isCandidateSettled(c)) return 'none'
    for (const one of await liveOnes(c, known))
      if (mayBeSwept(c, one) && !(await isHeld(c, one.id))) {
        mints.leftover = one.id
        return 'one'
      }
    return 'none'
  },
  leftoverLabels: async (c) => {
    const labels = await c.describe()
    if (isNotOurs(labels, c.token)) return 'not ours'
    return (await isHeld(c, c.mints.leftover ?? '')) ? 'held' : 'free'
  },
  mints: (c, known) => mintFacts(c, known),
  freeLabels: async (c): Promise<LabelsBeforeEnd> => {
    const { current, previous } = c.versions
    const labels = await c.describe()
    if (isNotOurs(labels, c.token)) return 'not ours'
    const isWhereItWas = labels.current === current?.versionId && labels.previous === previous?.versionId
    return isWhereItWas && previous !== undefined && !(await isKept(c, previous)) ? 'free' : 'held'
  },
  extra: async (c, known) => {
    const { mints } = c
    delete mints.extra
    const stored = c.need('own').id
    const extra = (await liveOnes(c, known)).find((one) => isOfRotation(c, one) && one.id !== stored)
    // What this invocation made and did not store may not be listed yet.
    // What the target left as it is, is that of AWSCURRENT.
    const made = mints.made?.id === c.versions.current?.id ? undefined : mints.made?.id
    const id =
      extra?.id ?? (made !== undefined && made !== stored && !mints.revoked.has(made) ? made : undefined)
    if (id === undefined || stored === undefined) return 'none'
    mints.extra = id
    return 'one'
  },
  strangers: async (c, known) => {
    await tellStrangers(c, known).catch((error: unknown) => {
      c.notes.push(
        `what else lives at the target could not be listed${isQuarterturnError(error) ? `: ${error.problem}` : ''}`,
      )
    })
    return 'told'
  },
}

const isNotOurs = (labels: Labels, token: string): boolean =>
  labels.pending !== token || labels.current === token

async function liveOnes(c: StepContext, known: Known): Promise<readonly LiveCredential[]> {
  const listed = await listAs(c, await actor(c, known))
  return listed.filter(({ id }) => !c.mints.revoked.has(id))
}

/** Of this secret, by another rotation, and older than any invocation lives. */
function mayBeSwept(c: StepContext, one: LiveCredential): boolean {
  if (!isOfSecret(c, one) || isOfRotation(c, one) || one.createdAt === undefined) return false
  return isOld(c, one.createdAt)
}

const isOld = (c: StepContext, at: number): boolean => c.input.clock.now() - at >= LONGEST_INVOCATION_MS

/**
 * Whether every invocation is over that may have seen QUARTERTURN_CANDIDATE on another version than now. Such a one may be
 * about to store the credential of that version once more, whoever it was issued to, and however long ago. Here the label
 * moves only with a put, which came before the rotation of its version ended. A version itself may be much older than its
 * value: it is there from RotateSecret on.
 */
function isCandidateSettled(c: StepContext): boolean {
  const { candidate, current } = c.labels ?? {}
  if (candidate === undefined) return true
  const since = candidate === current ? endOfRotation(c) : c.lastChangedAt
  return since !== undefined && isOld(c, since)
}

/** When the rotation ended that made AWSCURRENT what it is; the last change of the secret where a hand did. */
function endOfRotation({ versions, lastRotatedAt, lastChangedAt }: StepContext): number | undefined {
  const createdAt = versions.current?.createdAt
  return createdAt !== undefined && lastRotatedAt !== undefined && lastRotatedAt >= createdAt
    ? lastRotatedAt
    : lastChangedAt
}

async function mintFacts(c: StepContext, known: Known): Promise<MintFacts> {
  const live = await liveOnes(c, known)
  const own = live.filter((one) => isOfRotation(c, one))
  c.mints.attempts = own.length
  const current = await readCurrent(c)
  const previous = await readPrevious(c)
  const hasPrevious =
    previous !== undefined &&
    previous !== 'unusable' &&
    isSameAccount(previous, current) &&
    !isSameCredential(previous, current) &&
    (previous.id === undefined || live.some(({ id }) => id === previous.id)) &&
    !(await isKept(c, previous))
  return {
    own: own.length === 0 ? 'none' : (await adopt(c, own)) ? 'readable' : 'unreadable',
    isFull: live.length >= (c.provider?.capabilities.mint?.livesAtOnce ?? 1),
    hasPrevious,
  }
}

/** Takes over what this rotation had issued before, where it can be read and used. */
async function adopt(c: StepContext, own: readonly LiveCredential[]): Promise<boolean> {
  for (const { id, value } of own) {
    if (value === undefined) continue
    const version = await flawOf(c, { id, value })
    if (typeof version === 'string') continue
    c.mints.made = { id, version }
    return true
  }
  return false
}
