import { isQuarterturnError } from '../errors/index.ts'
import type { StoredSecret } from '../provider/contract.ts'
import type { StepContext } from './context.ts'
import { readCurrent } from './read.ts'
import { intervalOf } from './schedule-of-life.ts'
import { isSameAccount, isSameCredential, type Version } from './version.ts'

/** Secrets Manager takes 65,536 bytes. */
export const MOST_BYTES = 60_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/

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
  let made: Version
  try {
    const raw = { VersionId: c.token, VersionStages: [], SecretString: text }
    made = await c.understand(raw, 'issued')
  } catch (error) {
    return isQuarterturnError(error) ? error.problem : 'it is not of the form of this secret'
  }
  const current = await readCurrent(c)
  if (id !== undefined && made.id !== id) return 'the secret does not name the id of the credential'
  if (!isSameAccount(made, current)) return 'it is of another account'
  if (isSameCredential(made, current)) return 'it is the current credential'
  const credential = c.provider?.identity(made.secret.reveal()).credential ?? ''
  if (CONTROL.test(credential)) return 'the credential has control characters'
  if (expiresAt !== undefined && expiresAt - c.input.clock.now() <= (intervalOf(c) ?? 0))
    return `it expires at ${new Date(expiresAt).toISOString()}, before the next rotation`
  return made
}
