import { type Decide, decideBy, TABLES, type Tables } from '../../shared/engine/decide.ts'
import type { Known, Step } from '../../shared/engine/known.ts'

/** The shipped tables without some rows. Throws for a name that is no row: a renamed rule must not pass unseen. */
export function without(rows: { readonly [S in Step]?: readonly string[] }): Tables {
  const tables = { ...TABLES }
  for (const step of Object.keys(rows) as Step[]) {
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
