import { decide } from '../../shared/engine/decide.ts'
import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'
import { look } from '../../shared/engine/look.ts'
import { CAME_TOO_LATE, forgetsReuse, seeing, trustsOldLabels } from '../simulation/switches.ts'
import type { RuleOut } from './rules.ts'
import { byIdAlone, previousByLabel, rows } from './without.ts'

/** Design, section 3: the write-ahead label, what counts as unfinished, and what is overtaken. */
export const LABEL_RULES: readonly RuleOut[] = [
  {
    rule: 'which version may be in force is written down before the target is changed',
    kind: 'single',
    without: rows({
      setSecret: ['the candidate label is taken directly before the change', 'the candidate label was taken'],
      finishSecret: ['the candidate label is on this version'],
    }),
    breaks: 'never locked out',
  },
  {
    rule: 'the label is taken under the lock and not given with the put, which may come late',
    kind: 'single',
    without: { changePort: { stages: (stages) => [...stages, CANDIDATE_LABEL] } },
    breaks: 'never locked out',
  },
  {
    rule: 'the label moves by compare-and-swap',
    kind: 'single',
    without: { changePort: { movesBlindly: CANDIDATE_LABEL } },
    breaks: 'never locked out',
  },
  {
    rule: 'a label that somebody else took ends the step',
    kind: 'single',
    without: rows({ setSecret: ['the candidate label was taken'] }),
    breaks: 'never locked out',
  },
  {
    rule: 'pending accepted already: lock and label are taken all the same',
    kind: 'single',
    without: {
      decide: (known) =>
        known.step === 'setSecret' && known.pendingProof === 'accepted'
          ? { rule: 'taken out', move: { kind: 'end', outcome: 'done' } }
          : decide(known),
    },
    breaks: 'always converges',
  },
  {
    rule: 'finishSecret requires the label on its own version',
    kind: 'dual-self',
    without: rows({ finishSecret: ['the candidate label is on this version'] }),
    breaks: {
      nothing:
        'without it alone nothing breaks. It stands behind the mark of a value taken over: with both out, a value that comes four rotations late is finished',
    },
  },
  {
    rule: 'an unfinished credential is used again by the next token',
    kind: 'single',
    without: rows({ createSecret: ['use the unfinished credential again'] }),
    breaks: 'always converges',
  },
  {
    rule: 'a candidate that has the current or previous credential is not unfinished',
    kind: 'dual-self',
    without: {
      decide: seeing((known) =>
        known.candidate === 'finished' ? { ...known, candidate: 'unfinished' } : known,
      ),
    },
    breaks: 'always converges',
  },
  {
    rule: 'a candidate that hand-written versions have overtaken: current is proven first',
    kind: 'single',
    range: { invocations: 1, edits: 2, editsChangePassword: true },
    without: {
      decide: seeing((known) =>
        known.candidate === 'overtaken' ? { ...known, candidate: 'unfinished' } : known,
      ),
    },
    breaks: 'always converges',
  },
  {
    rule: 'a value that differs from an unfinished candidate is not set',
    kind: 'single',
    without: rows({
      setSecret: [
        'release pending when another value may be in force',
        'pending is not set while another value may be in force',
      ],
    }),
    breaks: 'never locked out',
  },
  {
    rule: 'a pending value that cannot be set while another may be in force is released',
    kind: 'single',
    without: rows({ setSecret: ['release pending when another value may be in force'] }),
    breaks: 'always converges',
  },
  {
    rule: 'a pending value that is the current credential, or names the current account, is neither set nor finished',
    kind: 'alternating',
    without: rows({
      setSecret: ['an overtaken pending value is released', 'an overtaken pending value is not set'],
      finishSecret: ['an overtaken value is not finished'],
    }),
    breaks: 'never locked out',
  },
  {
    rule: 'an overtaken pending value is released',
    kind: 'single',
    without: rows({ setSecret: ['an overtaken pending value is released'] }),
    breaks: 'always converges',
  },
  {
    rule: 'an overtaken value is not finished',
    kind: 'single',
    without: rows({ finishSecret: ['an overtaken value is not finished'] }),
    breaks: 'always converges',
  },
  {
    rule: 'a value taken over is marked, and compared with previous too',
    kind: 'dual-self',
    range: { rotations: 4 },
    without: { decide: seeing(forgetsReuse) },
    breaks: 'always converges',
    isLong: true,
  },
  {
    rule: 'a value taken over is set only while the label still shows it unfinished',
    kind: 'dual-self',
    range: { rotations: 3, edits: 1 },
    without: rows({ setSecret: CAME_TOO_LATE }),
    breaks: 'always converges',
    isLong: true,
  },
  {
    rule: 'previous is the version that the labels showed, not the one under the label by now',
    kind: 'dual-self',
    range: { rotations: 3 },
    without: {
      look: {
        previous: async (c, known) => previousByLabel(c, () => look.previous(c, known)),
        candidate: async (c, known) => previousByLabel(c, () => look.candidate(c, known)),
      },
    },
    breaks: {
      nothing:
        'a label that moves between two reads could make an unfinished value look finished; within the range whatever follows bears it',
    },
    isLong: true,
  },
  {
    rule: 'the pending value is read by id and stage together',
    kind: 'single',
    range: { containers: 'warm', anyToken: true },
    without: { look: { own: byIdAlone } },
    breaks: {
      nothing:
        'the labels under the lock, and the candidate label in finishSecret, stop such a step too; the stage tells a warm container in the same call what it would else have to describe',
    },
  },
  {
    rule: 'labels are read again under the lock, or at least their move is a compare-and-swap',
    kind: 'single',
    without: { decide: seeing(trustsOldLabels), changePort: { movesBlindly: CANDIDATE_LABEL } },
    breaks: 'never locked out',
  },
]
