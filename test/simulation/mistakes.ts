import { type Decide, decideBy, TABLES, type Tables } from '../../shared/engine/decide.ts'
import type { Known, Step } from '../../shared/engine/known.ts'
import type { WorldOptions } from './world.ts'

/** A rule of the design taken out, and the target where that locks somebody out. */
export interface Mistake {
  readonly name: string
  readonly world: Partial<WorldOptions> & Pick<WorldOptions, 'kind'>
}

/** The shipped tables without some rows. Throws for a name that is no row: a renamed rule must not pass unseen. */
function without(rows: { readonly [S in Step]?: readonly string[] }): Tables {
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
const seeing =
  (change: (known: Known) => Known, tables: Tables = TABLES): Decide =>
  (known) =>
    decideBy(tables)(change(known))

const finishAnyway = {
  finishSecret: ['the candidate label is on this version'],
} as const

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'no write-ahead label',
    world: {
      kind: 'single',
      decide: decideBy(
        without({
          setSecret: [
            'the candidate label is taken directly before the change',
            'the candidate label was taken',
          ],
          ...finishAnyway,
        }),
      ),
    },
  },
  {
    name: 'the label is given with the put, so that a late put of an abandoned token takes it away',
    world: { kind: 'single', labelsInPut: true },
  },
  {
    name: 'the label is moved without compare-and-swap and finish does not require it',
    world: { kind: 'alternating', movesLabelBlindly: true, decide: decideBy(without(finishAnyway)) },
  },
  {
    name: 'an unfinished credential is not used again',
    world: {
      kind: 'single',
      decide: decideBy(without({ createSecret: ['use the unfinished credential again'] })),
    },
  },
  {
    name: 'a candidate that is the current or previous credential counts as unfinished',
    world: {
      kind: 'dual-self',
      decide: seeing((known) =>
        known.candidate === 'finished' ? { ...known, candidate: 'unfinished' } : known,
      ),
    },
  },
  {
    name: 'a value that differs from an unfinished candidate is set',
    world: {
      kind: 'alternating',
      decide: decideBy(
        without({
          setSecret: [
            'release pending when another value may be in force',
            'pending is not set while another value may be in force',
          ],
        }),
      ),
    },
  },
  {
    name: 'an overtaken pending value is set and finished',
    world: {
      kind: 'alternating',
      decide: decideBy(
        without({
          setSecret: ['an overtaken pending value is released', 'an overtaken pending value is not set'],
          finishSecret: ['an overtaken value is not finished'],
        }),
      ),
    },
  },
  {
    name: 'a value taken over is not remembered as such',
    world: {
      kind: 'dual-self',
      decide: seeing((known) =>
        known.own === undefined || known.own === 'absent'
          ? known
          : { ...known, own: { ...known.own, isReused: false } },
      ),
    },
  },
  {
    name: 'finishSecret does not prove pending',
    world: {
      kind: 'alternating',
      decide: seeing((known) =>
        known.step === 'finishSecret' ? { ...known, pendingProof: 'accepted' } : known,
      ),
    },
  },
  {
    name: 'finishSecret does not require the candidate label',
    world: { kind: 'single', decide: decideBy(without(finishAnyway)) },
  },
  {
    name: 'setSecret skips the label when pending is accepted already',
    world: {
      kind: 'single',
      decide: (known) =>
        known.step === 'setSecret' && known.pendingProof === 'accepted'
          ? { rule: 'mistake', move: { kind: 'end', outcome: 'done' } }
          : decideBy(TABLES)(known),
    },
  },
  { name: 'no lock', world: { kind: 'alternating', rules: { locks: false } } },
  {
    name: 'the change is made outside the session that holds the lock',
    world: { kind: 'pair', rules: { changesInLockedSession: false } },
  },
  {
    name: 'labels are not read again under the lock',
    world: {
      kind: 'alternating',
      decide: seeing((known) =>
        known.step === 'setSecret' && known.lockedLabels === undefined && known.labels !== undefined
          ? { ...known, lockedLabels: { ...known.labels, currentMoved: false } }
          : known,
      ),
    },
  },
  {
    name: 'a repeat applies again without proving pending first',
    world: {
      kind: 'dual-admin',
      decide: seeing((known) =>
        known.traits === undefined ? known : { ...known, traits: { ...known.traits, appliesOnce: false } },
      ),
    },
  },
  {
    name: 'a refused value keeps the candidate label',
    world: {
      kind: 'single',
      refusesFirst: true,
      decide: decideBy(
        without({
          setSecret: [
            'refused for good: the candidate label goes first, else the next token uses the value again',
          ],
        }),
      ),
    },
  },
]
