import { decide } from '../../shared/engine/decide.ts'
import { look } from '../../shared/engine/look.ts'
import { seeing } from '../simulation/switches.ts'
import type { Account } from '../simulation/target.ts'
import type { RuleOut } from './rules.ts'
import { rows } from './without.ts'

const REFUSAL = { rotations: 2, invocations: 1, refusals: 1 } as const
/** Why nothing breaks when a step goes on without AWSPENDING. */
const BORNE =
  'an invocation that looked just before the token lost AWSPENDING does the same later, so whatever comes after must bear it; the row spares the disturbance'

/** Why nothing breaks when the change relies on what the primary password is. */
const NO_HAND =
  'as long as nobody else changes the target, the primary password is that of AWSCURRENT whenever pending is added; the statement that names it holds without that, too'

const ANY_TOKEN = { anyToken: true } as const

const retains = (account: Account, to: string): void => {
  account.secondary = account.primary
  account.primary = to
}

/** Design, sections 3 and 5: what each step proves, and how the target is changed. */
export const STEP_RULES: readonly RuleOut[] = [
  {
    rule: 'createSecret goes on only while its token holds AWSPENDING',
    kind: 'single',
    range: ANY_TOKEN,
    without: rows({ createSecret: ['the token still holds AWSPENDING'] }),
    breaks: { nothing: BORNE },
  },
  {
    rule: 'setSecret goes on only while its token holds AWSPENDING',
    kind: 'single',
    range: ANY_TOKEN,
    without: rows({ setSecret: ['the token still holds AWSPENDING'] }),
    breaks: { nothing: BORNE },
  },
  {
    rule: 'finishSecret goes on only while its token holds AWSPENDING',
    kind: 'single',
    range: ANY_TOKEN,
    without: rows({ finishSecret: ['the token still holds AWSPENDING'] }),
    breaks: { nothing: BORNE },
  },
  {
    rule: 'setSecret proves current before it changes anything',
    kind: 'single',
    without: {
      look: {
        currentProof: async (c, known) =>
          known.step === 'setSecret' ? 'accepted' : look.currentProof(c, known),
      },
    },
    breaks: {
      nothing:
        'finishSecret proves pending before anything counts; without the row a target that is away, or belongs to another secret, would be told apart only after labels and target were written',
    },
  },
  {
    rule: 'a proof that proves nothing stops setSecret before anything is written',
    kind: 'pair',
    without: {
      decide: seeing((known) =>
        known.step === 'setSecret' && known.currentProof === 'unknown'
          ? { ...known, currentProof: 'rejected' }
          : known,
      ),
    },
    breaks: 'never locked out',
  },
  {
    rule: 'a proof that proves nothing stops finishSecret',
    kind: 'single',
    without: rows({
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
    without: {
      look: {
        pendingProof: async (c, known) =>
          known.step === 'setSecret' ? 'rejected' : look.pendingProof(c, known),
      },
    },
    breaks: 'always converges',
  },
  {
    rule: 'current and pending refused: previous of the same account may be in force',
    kind: 'single',
    without: rows({
      setSecret: ['current and pending refused: previous of the same account may be in force'],
    }),
    breaks: {
      nothing:
        'it answers a target that went back to a state before the last rotation, after a restore or a failover: the exploration has no such fault',
    },
  },
  {
    rule: 'set takes the lock of the target',
    kind: 'dual-admin',
    without: { rules: { locks: false, changesInLockedSession: false } },
    breaks: 'never locked out',
  },
  {
    rule: 'the change is made in the session that holds the lock',
    kind: 'dual-admin',
    without: { rules: { locks: true, changesInLockedSession: false } },
    breaks: 'never locked out',
  },
  {
    rule: 'under the lock AWSCURRENT is where it was proven',
    kind: 'pair',
    without: rows({ setSecret: ['AWSCURRENT is where it was proven'] }),
    breaks: 'never locked out',
  },
  {
    rule: 'under the lock the token still holds AWSPENDING',
    kind: 'pair',
    without: rows({ setSecret: ['the token still holds AWSPENDING under the lock'] }),
    breaks: {
      nothing:
        'what would be set is the only value outstanding, and stays labelled as the candidate; the row ends a step that can finish nothing any more',
    },
  },
  {
    rule: 'under the lock a token that became current is left alone',
    kind: 'dual-admin',
    without: rows({ setSecret: ['became current meanwhile'] }),
    breaks: { nothing: 'the rows after it stop too, but as a failure; here it is a success' },
  },
  {
    rule: 'on a repeat pending is proven first, and nothing is applied when it is accepted',
    kind: 'dual-admin',
    without: {
      decide: seeing((known) =>
        known.traits === undefined ? known : { ...known, traits: { ...known.traits, appliesOnce: false } },
      ),
    },
    breaks: 'never locked out',
  },
  {
    rule: 'a change that does not sign in is taken back only after labels were read again',
    kind: 'single',
    without: {
      look: {
        putBackLabels: async () => ({
          own: 'pending',
          candidate: 'own',
          rotationEnabled: true,
          currentMoved: false,
        }),
      },
    },
    breaks: {
      nothing:
        'while the lock is held nobody but a hand at the target can undo a change that was just made, and the exploration has no such hand; the labels tell whether a later rotation was it',
    },
  },
  {
    rule: 'a change is taken back only after the target rejected pending',
    kind: 'single',
    without: {
      decide: seeing((known) =>
        known.appliedProof === 'unknown' ? { ...known, appliedProof: 'rejected' } : known,
      ),
    },
    breaks: 'never locked out',
  },
  {
    rule: 'rights are repaired before a rotation ends',
    kind: 'alternating',
    without: rows({ setSecret: ['repair rights'] }),
    breaks: 'always converges',
  },
  {
    rule: 'finishSecret compares rights: an account without its grants signs in too',
    kind: 'alternating',
    without: {
      look: { rights: async (c, known) => (known.step === 'finishSecret' ? 'equal' : look.rights(c, known)) },
    },
    breaks: 'never locked out',
  },
  {
    rule: 'finishSecret proves pending',
    kind: 'single',
    without: {
      look: {
        pendingProof: async (c, known) =>
          known.step === 'finishSecret' ? 'accepted' : look.pendingProof(c, known),
      },
    },
    breaks: 'never locked out',
  },
  {
    rule: 'finishSecret reads AWSCURRENT before the pending value',
    kind: 'dual-self',
    range: { containers: 'both' },
    without: rows({
      finishSecret: [
        'read the current value first: what is pending after that was so when AWSCURRENT was there',
      ],
    }),
    breaks: 'always converges',
  },
  {
    rule: 'AWSCURRENT moves by compare-and-swap',
    kind: 'single',
    range: { rotations: 3 },
    without: { changePort: { movesBlindly: 'AWSCURRENT' } },
    breaks: 'always converges',
  },
  {
    rule: 'after any error of the move the labels tell',
    kind: 'single',
    without: {
      decide: (known) =>
        known.moveCurrent === 'failed'
          ? { rule: 'taken out', move: { kind: 'fail', code: 'AWS_UNAVAILABLE' } }
          : decide(known),
    },
    breaks: {
      nothing:
        'the rotation is over all the same; with the rule it is told as a success, and not repeated for nothing',
    },
  },
  {
    rule: 'a value refused for good gives up the candidate label',
    kind: 'single',
    range: REFUSAL,
    without: rows({
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
    without: rows({ setSecret: ['refused for good: then AWSPENDING'] }),
    breaks: 'always converges',
  },
  {
    rule: 'a value is given up only while the old credential is proven',
    kind: 'single',
    range: { ...REFUSAL, rotations: 1, invocations: 2 },
    without: { look: { fallbackProof: async () => 'accepted' } },
    breaks: {
      nothing:
        'what was proven before the lock still signs in under it, since only set changes the target; the rule answers a hand that changes it in between',
    },
  },
  {
    rule: 'MySQL, own rights: the change names the password that it replaces',
    kind: 'dual-self',
    without: { change: retains },
    breaks: 'never locked out',
  },
  {
    rule: 'MySQL, by an admin: current is set again before pending is added',
    kind: 'dual-admin',
    without: { change: retains },
    breaks: { nothing: NO_HAND },
  },
  {
    rule: 'MariaDB: the pair of passwords is named whole',
    kind: 'pair',
    without: { change: retains },
    breaks: { nothing: NO_HAND },
  },
]
