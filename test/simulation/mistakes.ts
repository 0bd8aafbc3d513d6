import { decideBy, TABLES } from '../../shared/engine/decide.ts'
import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'
import type { StoryName } from './stories.ts'
import {
  CAME_TOO_LATE,
  forgetsReuse,
  goesByLabel,
  seeing,
  trustsOldLabels,
  WAITING,
  without,
} from './switches.ts'
import type { WorldOptions } from './world.ts'

/** A rule of the design taken out, and the target where that locks somebody out. */
export interface Mistake {
  readonly name: string
  readonly world: Partial<WorldOptions> & Pick<WorldOptions, 'kind'>
  /** The story of `stories.ts` that shows it. Left out: chance finds one soon. */
  readonly story?: StoryName
}

const finishAnyway = { finishSecret: ['the candidate label is on this version'] } as const

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'a retirement goes by the label: it neither waits nor looks whose credential it is',
    world: {
      kind: 'alternating',
      retires: true,
      decide: seeing(goesByLabel, without({ retireSecret: WAITING })),
    },
    story: 'a retirement comes between the change and the move',
  },
  {
    name: 'a retirement does not read labels again under the lock',
    world: {
      kind: 'alternating',
      retires: true,
      decide: seeing((known) =>
        known.step === 'retireSecret' && known.lock === 'held' && known.retireLabels !== undefined
          ? { ...known, lockedRetireLabels: known.retireLabels }
          : known,
      ),
    },
    story: 'a retirement stalls before the lock until the next rotation is set',
  },
  {
    name: 'a retirement takes no lock',
    world: { kind: 'alternating', retires: true, rules: { locks: false } },
    story: 'a retirement stalls before the statement until the next rotation is set',
  },
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
    story: 'a put comes late',
  },
  {
    name: 'the candidate label is moved without compare-and-swap',
    world: { kind: 'single', movesBlindly: CANDIDATE_LABEL },
    story: 'the lock is lost before the label is taken',
  },
  {
    name: 'AWSCURRENT is moved without compare-and-swap',
    world: { kind: 'alternating', movesBlindly: 'AWSCURRENT' },
    story: 'the move comes after a later rotation',
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
    story: 'a finish comes while the next rotation uses its value again',
  },
  {
    name: 'a candidate that hand-written versions have overtaken counts as unfinished',
    world: {
      kind: 'single',
      edits: 2,
      editsChangePassword: true,
      decide: seeing((known) =>
        known.candidate === 'overtaken' ? { ...known, candidate: 'unfinished' } : known,
      ),
    },
    story: 'an operator changes the password twice',
  },
  {
    name: 'a value that differs from an unfinished candidate is set',
    world: {
      kind: 'dual-self',
      decide: decideBy(
        without({
          setSecret: [
            'release pending when another value may be in force',
            'pending is not set while another value may be in force',
          ],
        }),
      ),
    },
    story: 'two rotations store different values before either is set',
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
    story: 'a put comes after the next rotation',
  },
  {
    name: 'an overtaken pending value is finished',
    world: {
      kind: 'dual-self',
      decide: decideBy(without({ finishSecret: ['an overtaken value is not finished'] })),
    },
    story: 'a finish comes while the next rotation uses its value again',
  },
  {
    name: 'a value taken over is not remembered as such',
    world: { kind: 'dual-self', tokens: 4, decide: seeing(forgetsReuse) },
    story: 'a value taken over is stored and set two rotations late',
  },
  {
    name: 'a value taken over is set also when another rotation has finished it since',
    world: {
      kind: 'single',
      tokens: 4,
      edits: 1,
      decide: decideBy(without({ setSecret: CAME_TOO_LATE })),
    },
    story: 'an operator writes after a value taken over was overtaken twice',
  },
  {
    name: 'finishSecret does not prove pending',
    world: {
      kind: 'alternating',
      decide: seeing((known) =>
        known.step === 'finishSecret' ? { ...known, pendingProof: 'accepted' } : known,
      ),
    },
    story: 'a finish comes when the label is taken and nothing is set',
  },
  {
    name: 'finishSecret neither requires the label nor remembers that a value was taken over',
    world: { kind: 'dual-self', tokens: 4, decide: seeing(forgetsReuse, without(finishAnyway)) },
    story: 'a value taken over is stored two rotations late and never set',
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
  {
    name: 'no lock',
    world: { kind: 'single', rules: { locks: false } },
    story: 'a change comes after a second delivery and a later rotation',
  },
  {
    name: 'the change is made outside the session that holds the lock',
    world: { kind: 'pair', rules: { changesInLockedSession: false } },
    story: 'the lock is lost before the change',
  },
  {
    name: 'labels are neither read again under the lock nor moved by compare-and-swap',
    world: { kind: 'alternating', movesBlindly: CANDIDATE_LABEL, decide: seeing(trustsOldLabels) },
    story: 'a set thaws after a later rotation',
  },
  {
    name: 'a repeat applies again without proving pending first',
    world: {
      kind: 'dual-admin',
      decide: seeing((known) =>
        known.traits === undefined ? known : { ...known, traits: { ...known.traits, appliesOnce: false } },
      ),
    },
    story: 'a second set runs while the first rotation finishes',
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
