import { createHash } from 'node:crypto'
import type { LiveCredential, Mark } from '../provider/mint.ts'
import type { StepContext } from './context.ts'
import type { Version } from './version.ts'

/** Lambda ends every invocation within fifteen minutes; the rest is for clocks that differ. */
export const LONGEST_INVOCATION_MS = 20 * 60_000

/** What one invocation has in hand of what the target issues. Ids are no secrets; values stay sealed. */
export interface MintWork {
  /** What was issued or found for this rotation, and is not stored yet. */
  made?: { readonly id: string; readonly version: Version }
  /** The mint of this invocation that cannot be stored. */
  unusable?: string | undefined
  /** What was seen last where one is staged beside the primary one. */
  primary?: LiveCredential | undefined
  slot?: LiveCredential | undefined
  /** What is to be revoked next. */
  leftover?: string
  extra?: string
  /** What was revoked here: a list that is behind may still show it. */
  readonly revoked: Set<string>
  /** Where QUARTERTURN_MINTING was when it was looked for: from there it is taken, and there it goes back. */
  holder?: string | undefined
  /** How many of this rotation's mints the target showed. */
  attempts: number
}

export const newMintWork = (): MintWork => ({ revoked: new Set(), attempts: 0 })

/** A part of a mark. */
export const markPart = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 16)

/** The marks of this rotation's mints begin so. */
export const marksOf = (c: StepContext): Omit<Mark, 'attempt'> => ({
  secret: markPart(c.arn),
  token: markPart(c.token),
})

export const isOfSecret = (c: StepContext, one: LiveCredential): boolean =>
  one.mark !== undefined && one.mark.secret === marksOf(c).secret

export const isOfRotation = (c: StepContext, one: LiveCredential): boolean =>
  isOfSecret(c, one) && one.mark?.token === marksOf(c).token
