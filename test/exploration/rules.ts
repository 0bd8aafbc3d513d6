import { type Decide, decide, decideBy, TABLES } from '../../shared/engine/decide.ts'
import { CANDIDATE_LABEL, type Known, type Step } from '../../shared/engine/known.ts'
import { look } from '../../shared/engine/look.ts'
import { forgetsReuse, seeing, trustsOldLabels, without } from '../simulation/switches.ts'
import type { TargetKind } from '../simulation/target.ts'
import type { Machine } from './engine.ts'
import type { Range } from './explore.ts'
import type { PromiseName } from './promises.ts'
import { ENDLESS } from './state.ts'

export const SOUND: Machine = { decide, rules: { locks: true, changesInLockedSession: true } }

/** A rule of the design, and an engine without it. */
export interface RuleOut {
  /** The rule, as the design has it. */
  readonly rule: string
  /** Where it is looked for. Default: two rotations and two invocations at once, in containers of both kinds. */
  readonly range?: Partial<Range>
  readonly without: Partial<Machine>
  readonly kind: TargetKind
  /** What breaks without it; or, where nothing breaks within the range, why it is kept all the same. */
  readonly breaks: PromiseName | { readonly nothing: string }
}

const tables = (rows: { readonly [S in Step]?: readonly string[] }): { readonly decide: Decide } => ({
  decide: decideBy(without(rows)),
})

/** The row holds, but its move is another. */
const instead = (
  when: (known: Known, rule: string) => boolean,
  by: (known: Known) => Known,
): { readonly decide: Decide } => ({
  decide: (known) => {
    const decision = decide(known)
    return when(known, decision.rule) ? decide(by(known)) : decision
  },
})

const assuming = (change: (known: Known) => Known): { readonly decide: Decide } => ({
  decide: seeing(change),
})

const REFUSAL = { rotations: 3, invocations: 1, refusals: 1 } as const

export const RULES: readonly RuleOut[] = [
  {
    rule: 'the write-ahead label: which version may be in force is written down before the target is changed',
    kind: 'single',
    without: tables({
      setSecret: ['the candidate label is taken directly before the change', 'the candidate label was taken'],
      finishSecret: ['the candidate label is on this version'],
    }),
    breaks: 'never locked out',
  },
  {
    rule: 'setSecret takes the label under the lock; it is not given with the put, which may come late',
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
    without: tables({ setSecret: ['the candidate label was taken'] }),
    breaks: 'never locked out',
  },
  {
    rule: 'finishSecret requires the label on its own version',
    kind: 'single',
    without: tables({ finishSecret: ['the candidate label is on this version'] }),
    breaks: 'never locked out',
  },
  {
    rule: 'an unfinished credential is used again by the next token',
    kind: 'single',
    without: tables({ createSecret: ['use the unfinished credential again'] }),
    breaks: 'always converges',
  },
  {
    rule: 'a candidate that has the current or previous credential is not unfinished',
    kind: 'dual-self',
    without: assuming((k) => (k.candidate === 'finished' ? { ...k, candidate: 'unfinished' } : k)),
    breaks: 'always converges',
  },
  {
    rule: 'a candidate that hand-written versions have overtaken: current is proven first',
    kind: 'single',
    range: { rotations: 2, invocations: 1, edits: 2, editsChangePassword: true },
    without: assuming((k) => (k.candidate === 'overtaken' ? { ...k, candidate: 'unfinished' } : k)),
    breaks: 'always converges',
  },
  {
    rule: 'a value that differs from an unfinished candidate is not set',
    kind: 'dual-self',
    without: tables({
      setSecret: [
        'release pending when another value may be in force',
        'pending is not set while another value may be in force',
      ],
    }),
    breaks: 'never locked out',
  },
  {
    rule: 'a pending value that cannot be set is released',
    kind: 'single',
    without: tables({ setSecret: ['release pending when another value may be in force'] }),
    breaks: 'always converges',
  },
  {
    rule: 'a pending value that is current, or names the current account, is not set and not finished',
    kind: 'alternating',
    without: tables({
      setSecret: ['an overtaken pending value is released', 'an overtaken pending value is not set'],
      finishSecret: ['an overtaken value is not finished'],
    }),
    breaks: 'never locked out',
  },
  {
    rule: 'an overtaken pending value is released, so that another rotation can start',
    kind: 'single',
    without: tables({ setSecret: ['an overtaken pending value is released'] }),
    breaks: 'always converges',
  },
  {
    rule: 'an overtaken value is not finished',
    kind: 'dual-self',
    without: tables({ finishSecret: ['an overtaken value is not finished'] }),
    breaks: 'always converges',
  },
  {
    rule: 'a value taken over is remembered as such',
    kind: 'dual-self',
    range: { rotations: 4 },
    without: assuming(forgetsReuse),
    breaks: 'never locked out',
  },
  {
    rule: 'createSecret goes on only while its token holds AWSPENDING',
    kind: 'single',
    without: tables({ createSecret: ['the token still holds AWSPENDING'] }),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'the pending value is read by id and stage together',
    kind: 'single',
    without: {
      look: {
        own: (c, k) => look.own(c, k),
      },
    },
    breaks: { nothing: 'x' },
  },
  {
    rule: 'finishSecret reads AWSCURRENT before the pending value',
    kind: 'single',
    without: tables({
      finishSecret: [
        'read the current value first: what is pending after that was so when AWSCURRENT was there',
      ],
    }),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'previous is the version that labels showed, not the one under the label by now',
    kind: 'dual-self',
    without: {
      look: {
        candidate: async (c, k) => byLabel(c, () => look.candidate(c, k)),
        previous: async (c, k) => byLabel(c, () => look.previous(c, k)),
      },
    },
    breaks: { nothing: 'x' },
  },
  {
    rule: 'setSecret proves current before it changes anything',
    kind: 'single',
    without: assuming((k) => (k.step === 'setSecret' ? { ...k, currentProof: 'accepted' } : k)),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'a proof that proves nothing stops setSecret before anything is written',
    kind: 'single',
    without: assuming((k) =>
      k.step === 'setSecret' && k.currentProof === 'unknown' ? { ...k, currentProof: 'rejected' } : k,
    ),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'a proof that proves nothing stops finishSecret',
    kind: 'single',
    without: tables({
      finishSecret: [
        'pending barred: stop before anything is written',
        'pending unknown: stop before anything is written',
        'pending unprovable: stop before anything is written',
      ],
    }),
    breaks: 'never locked out',
  },
  {
    rule: 'current refused: pending may be in force already',
    kind: 'single',
    without: assuming((k) =>
      k.step === 'setSecret' && k.currentProof === 'rejected'
        ? { ...k, pendingProof: k.pendingProof ?? 'rejected' }
        : k,
    ),
    breaks: 'always converges',
  },
  {
    rule: 'current and pending refused: previous of the same account may be in force',
    kind: 'single',
    without: tables({
      setSecret: ['current and pending refused: previous of the same account may be in force'],
    }),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'set takes the lock of the target',
    kind: 'single',
    without: { rules: { locks: false, changesInLockedSession: false } },
    breaks: 'never locked out',
  },
  {
    rule: 'the change is made in the session that holds the lock',
    kind: 'pair',
    without: { rules: { locks: true, changesInLockedSession: false } },
    breaks: 'never locked out',
  },
  {
    rule: 'labels are read again under the lock',
    kind: 'alternating',
    without: { ...assuming(trustsOldLabels), changePort: { movesBlindly: CANDIDATE_LABEL } },
    breaks: 'never locked out',
  },
  {
    rule: 'under the lock the token still holds AWSPENDING',
    kind: 'single',
    without: tables({ setSecret: ['the token still holds AWSPENDING under the lock'] }),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'under the lock AWSCURRENT is where it was proven',
    kind: 'single',
    without: tables({ setSecret: ['AWSCURRENT is where it was proven'] }),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'under the lock, a token that became current is left alone',
    kind: 'single',
    without: tables({ setSecret: ['became current meanwhile'] }),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'on a repeat pending is proven first, and nothing is applied when it is accepted',
    kind: 'dual-admin',
    without: assuming((k) =>
      k.traits === undefined ? k : { ...k, traits: { ...k.traits, appliesOnce: false } },
    ),
    breaks: 'never locked out',
  },
  {
    rule: 'pending accepted already: lock and label are taken all the same',
    kind: 'single',
    without: {
      decide: (k) =>
        k.step === 'setSecret' && k.pendingProof === 'accepted'
          ? { rule: 'mistake', move: { kind: 'end', outcome: 'done' } }
          : decide(k),
    },
    breaks: 'always converges',
  },
  {
    rule: 'rights are repaired before a rotation ends',
    kind: 'alternating',
    without: tables({ setSecret: ['repair rights'] }),
    breaks: 'always converges',
  },
  {
    rule: 'finishSecret compares rights: a clone without its grants signs in too',
    kind: 'alternating',
    without: assuming((k) => (k.step === 'finishSecret' ? { ...k, rights: 'equal' } : k)),
    breaks: 'never locked out',
  },
  {
    rule: 'finishSecret proves pending',
    kind: 'alternating',
    without: assuming((k) => (k.step === 'finishSecret' ? { ...k, pendingProof: 'accepted' } : k)),
    breaks: 'never locked out',
  },
  {
    rule: 'AWSCURRENT moves by compare-and-swap',
    kind: 'alternating',
    range: { rotations: 3 },
    without: { changePort: { movesBlindly: 'AWSCURRENT' } },
    breaks: 'never locked out',
  },
  {
    rule: 'after any error of the move the labels tell',
    kind: 'single',
    without: tables({ finishSecret: ['after any error of the move the labels tell'] }),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'a value refused for good gives up the candidate label',
    kind: 'single',
    range: REFUSAL,
    without: tables({
      setSecret: [
        'refused for good: the candidate label goes first, else the next token uses the value again',
      ],
    }),
    breaks: 'always converges',
  },
  {
    rule: 'a value refused for good gives up AWSPENDING',
    kind: 'single',
    range: REFUSAL,
    without: tables({ setSecret: ['refused for good: then AWSPENDING'] }),
    breaks: 'always converges',
  },
  {
    rule: 'a value is given up only while the old credential is proven',
    kind: 'single',
    range: REFUSAL,
    without: assuming((k) => ({ ...k, fallbackProof: 'accepted' })),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'a change that does not sign in is taken back only after labels were read again',
    kind: 'single',
    without: assuming((k) =>
      k.appliedProof === undefined
        ? k
        : {
            ...k,
            putBackLabels: { own: 'pending', candidate: 'own', rotationEnabled: true, currentMoved: false },
          },
    ),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'a change is taken back only after the target rejected pending',
    kind: 'single',
    without: instead(
      (k) => k.appliedProof === 'unknown',
      (k) => ({ ...k, appliedProof: 'rejected' }),
    ),
    breaks: { nothing: 'x' },
  },
  {
    rule: 'MySQL, own rights: the change names the password that it replaces',
    kind: 'dual-self',
    without: {
      change: (account, to) => {
        account.secondary = account.primary
        account.primary = to
      },
    },
    breaks: 'never locked out',
  },
  {
    rule: 'MySQL, by an admin: current is set again before pending is added',
    kind: 'dual-admin',
    without: {
      change: (account, to) => {
        account.secondary = account.primary
        account.primary = to
      },
    },
    breaks: 'never locked out',
  },
  {
    rule: 'MariaDB: the pair is named, both of it',
    kind: 'pair',
    without: {
      change: (account, to) => {
        account.secondary = account.primary
        account.primary = to
      },
    },
    breaks: 'never locked out',
  },
]

async function byLabel<T>(c: Parameters<typeof look.previous>[0], question: () => Promise<T>): Promise<T> {
  const { labels } = c
  delete c.versions.previous
  c.labels = undefined
  try {
    return await question()
  } finally {
    c.labels = labels
  }
}

export const ROWS = TABLES
export const LATER = ENDLESS
