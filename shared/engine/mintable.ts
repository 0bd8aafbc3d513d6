import { isQuarterturnError } from '../errors/index.ts'
import type { StoredSecret } from '../provider/contract.ts'
import type { StepContext } from './context.ts'
import { readCurrent } from './read.ts'
import { lifeNeeded } from './schedule-of-life.ts'
import { isSameAccount, isSameCredential, type Version } from './version.ts'

/** Secrets Manager takes 65,536 bytes. */
export const MOST_BYTES = 60_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/

/** In words. Whatever a target says of its end, what it issued is stored. */
export function told(at: number): string {
  const time = new Date(at)
  return Number.isNaN(time.getTime()) ? 'a time that no calendar has' : time.toISOString()
}

/** When the next rotation must have ended, in words. */
export const nextBy = (expiresAt: number): string =>
  `the new credential expires at ${told(expiresAt)}: the next rotation must end before`

/** What the target issued, understood as a version of the secret; or, in words, why it cannot be stored. */
export async function flawOf(
  c: StepContext,
  {
    id,
    value,
    expiresAt,
  }: { readonly id?: string; readonly value: StoredSecret; readonly expiresAt?: number },
): Promise<Version | string> {
  const text = JSON.stringify(value)
  c.input.cleaner.know(text)
  if (Buffer.byteLength(text) > MOST_BYTES) return 'the secret would be over 60 kB'
  const made = await issued(c, value)
  if (typeof made === 'string') return made
  const current = await readCurrent(c)
  const keepsOld = c.traits?.mints?.old === 'lives'
  const namesId = keepsOld || made.id !== undefined
  if (id !== undefined && namesId && made.id !== id)
    return 'the secret does not name the id of the credential'
  if (!isSameAccount(made, current)) return 'it is of another account'
  if (isSameCredential(made, current) && c.traits?.mints?.mayBeUnchanged !== true)
    return 'it is the current credential'
  const credential = c.provider?.identity(made.secret.reveal()).credential ?? ''
  if (CONTROL.test(credential)) return 'the credential has control characters'
  // Elsewhere the old one is gone already, or goes by itself, and one that expires soon is still the best there is.
  if (keepsOld && expiresAt !== undefined && expiresAt - c.input.clock.now() <= lifeNeeded(c))
    return `it expires at ${told(expiresAt)}, before the next rotation`
  return made
}

/** What the target issued, understood as a version; or, in words, why it is none. */
export async function issued(c: StepContext, value: StoredSecret): Promise<Version | string> {
  const text = JSON.stringify(value)
  c.input.cleaner.know(text)
  try {
    return await c.understand({ VersionId: c.token, VersionStages: [], SecretString: text }, 'issued')
  } catch (error) {
    return isQuarterturnError(error) ? error.problem : 'it is not of the form of this secret'
  }
}
