import { goesByLabel, seeing, WAITING, without } from '../simulation/switches.ts'
import type { RuleOut } from './rules.ts'
import { rows } from './without.ts'

const RETIRES = { retires: true } as const

/** Design, sections 3 and 5: `retireSecret`, and the schedule it runs by. */
export const RETIREMENT_RULES: readonly RuleOut[] = [
  {
    rule: 'a retirement waits while a rotation is open or left a value that may be in force',
    kind: 'dual-admin',
    range: RETIRES,
    without: rows({ retireSecret: WAITING }),
    breaks: 'never locked out',
  },
  {
    rule: 'a retirement at least ends no credential that a protected version has, where it does not wait',
    kind: 'alternating',
    range: RETIRES,
    without: { decide: seeing(goesByLabel, without({ retireSecret: WAITING })) },
    breaks: 'never locked out',
    isLong: true,
  },
  {
    rule: 'a retirement reads labels again under the lock',
    kind: 'alternating',
    range: RETIRES,
    without: {
      decide: seeing((known) =>
        known.step === 'retireSecret' && known.lock === 'held' && known.retireLabels !== undefined
          ? { ...known, lockedRetireLabels: known.retireLabels }
          : known,
      ),
    },
    breaks: 'never locked out',
    isLong: true,
  },
  {
    rule: 'a retirement takes the lock',
    kind: 'alternating',
    range: RETIRES,
    without: { rules: { locks: false, changesInLockedSession: false } },
    breaks: 'never locked out',
  },
  {
    rule: 'MySQL: current is set again before the other password is discarded',
    kind: 'dual-self',
    range: { ...RETIRES, rotations: 3, edits: 1 },
    without: {
      retire: (account) => {
        account.secondary = undefined
      },
    },
    breaks: 'never locked out',
    isLong: true,
  },
  {
    rule: 'finishSecret makes a schedule only while AWSCURRENT is where it was read',
    kind: 'alternating',
    range: RETIRES,
    without: rows({ finishSecret: ['AWSCURRENT moved before the retirement was scheduled'] }),
    breaks: {
      nothing:
        'the schedule that was made first stays, and whoever made it read the same credential; the row is for values that the target issues, where two invocations of one token may hold different ones',
    },
    isLong: true,
  },
  {
    rule: 'a retirement whose rotation never ended does nothing',
    kind: 'alternating',
    range: RETIRES,
    without: rows({
      retireSecret: [
        'the rotation never ended, or another came after it: the schedule goes',
        'the rotation never ended, or another came after it',
        'another rotation came meanwhile: the schedule goes',
        'another rotation came meanwhile',
      ],
    }),
    breaks: {
      nothing:
        'the comparison with AWSCURRENT, and the target, which ends no account that is to be kept, stop it too; the rows end it before anything is asked',
    },
    isLong: true,
  },
]
