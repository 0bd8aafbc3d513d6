import { QuarterturnError, type StoredSecret } from '../provider/index.ts'

/** Only the keys that are there. */
export const pick = (stored: StoredSecret, keys: readonly string[]): StoredSecret =>
  Object.fromEntries(Object.entries(stored).filter(([key]) => keys.includes(key)))

const ATTEMPTS = 5

/** A password that is none of those in use. Only printable ASCII hashes alike in every server and driver. */
export function newPassword(
  used: readonly (StoredSecret | undefined)[],
  entropy: { password(): string },
): string {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const password = entropy.password()
    if (!/^[\x20-\x7e]+$/.test(password))
      throw new QuarterturnError('CONFIG_INVALID', {
        problem: 'the password policy gives characters outside printable ASCII',
      })
    if (used.every((secret) => secret?.['password'] !== password)) return password
  }
  throw new QuarterturnError('CONFIG_INVALID', {
    problem: 'the password policy keeps giving a password in use',
  })
}
