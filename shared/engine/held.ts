import type { StepContext } from './context.ts'
import { readPrevious } from './read.ts'
import { readVersion } from './retire.ts'
import { isSameCredential, type Version } from './version.ts'

/** The versions that keep a credential from being swept. */
export async function isHeld(c: StepContext, id: string): Promise<boolean> {
  const { current, previous, pending, candidate, customers = [] } = c.labels ?? {}
  for (const holder of new Set([current, previous, pending, candidate, ...customers])) {
    // Without the candidate label the own version is empty.
    if (holder === undefined || (holder === c.token && candidate !== c.token)) continue
    const version = holder === previous ? await readPrevious(c) : await versionOf(c, holder)
    // A value that cannot be read may be the one; under AWSPREVIOUS it may be anything that somebody stored once.
    if (version === 'unusable' ? holder !== previous : version?.id === id) return true
  }
  return false
}

/** A label of the customer's keeps the credential of AWSPREVIOUS. */
export async function isKept(c: StepContext, previous: Version): Promise<boolean> {
  for (const holder of c.labels?.customers ?? []) {
    const version = await versionOf(c, holder)
    if (version === 'unusable' || (version !== undefined && isSameCredential(version, previous))) return true
  }
  return false
}

/** The version with this id; what was read once is not read again, since values are written once. */
export async function versionOf(c: StepContext, id: string): Promise<Version | 'unusable' | undefined> {
  const known = Object.values(c.versions).find((version) => version?.versionId === id)
  return known ?? (await readVersion(c, id))
}
