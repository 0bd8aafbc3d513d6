import { type Decide, decideBy, TABLES, type Tables } from '../../shared/engine/decide.ts'
import type { Known, Task } from '../../shared/engine/known.ts'

/** The shipped tables without some rows. Throws for a name that is no row: a renamed rule must not pass unseen. */
export function without(rows: { readonly [T in Task]?: readonly string[] }): Tables {
  const tables = { ...TABLES }
  for (const step of Object.keys(rows) as Task[]) {
    const names = rows[step] ?? []
    for (const name of names)
      if (!TABLES[step].some(({ rule }) => rule === name)) throw new Error(`${step} has no row "${name}"`)
    tables[step] = TABLES[step].filter(({ rule }) => !names.includes(rule))
  }
  return tables
}

/** The shipped decision on facts that were changed first. */
export const seeing =
  (change: (known: Known) => Known, tables: Tables = TABLES): Decide =>
  (known) =>
    decideBy(tables)(change(known))

/** Every value counts as one that was made anew. */
export const forgetsReuse = (known: Known): Known =>
  known.own === undefined || known.own === 'absent'
    ? known
    : { ...known, own: { ...known.own, isReused: false } }

/** Labels are not read again under the lock: what was so before the lock is taken to be so still. */
export const trustsOldLabels = (known: Known): Known =>
  known.lock === 'held' && known.lockedLabels === undefined
    ? {
        ...known,
        lockedLabels: { own: 'pending', candidate: 'nowhere', rotationEnabled: true, currentMoved: false },
      }
    : known

/** The rows by which a retirement waits, whichever of the four that say so. */
export const WAITING = TABLES.retireSecret
  .map(({ rule }) => rule)
  .filter((rule) => /^a rotation (is open|was opened meanwhile)/.test(rule))

/** A retirement ends what the label shows, whoever has the same credential. */
export const goesByLabel = (known: Known): Known => ({
  ...known,
  ...(known.gone === 'protected' ? { gone: 'alternate' } : {}),
  ...(known.lockedGone === 'protected' ? { lockedGone: 'alternate' } : {}),
})

/** The rows that stop a value whose candidate another rotation has finished or given up. */
export const CAME_TOO_LATE = [
  'a value taken over that another rotation has finished or given up since is released',
  'a value taken over that another rotation has finished or given up since is not set',
]
