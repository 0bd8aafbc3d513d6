import { decide } from '../../shared/engine/decide.ts'
import type { RuleOut } from './rules.ts'
import { rows } from './without.ts'

/** Design, section 5: a credential is staged beside the primary one, proven, and then promoted. */
export const STAGED_RULES: readonly RuleOut[] = [
  {
    rule: 'staged: what was staged and never stored is used by whoever finds it',
    kind: 'staged',
    without: rows({ createSecret: ['staged: what we have staged and never stored is used'] }),
    breaks: 'always converges',
  },
  {
    rule: 'staged: the former primary credential leaves the slot before another is issued',
    kind: 'staged',
    without: rows({ createSecret: ['staged: the former primary one, or a dead one, leaves the slot'] }),
    breaks: 'always converges',
  },
  {
    rule: 'staged: a value is compared with the previous one, whoever stored it',
    kind: 'staged',
    range: { rotations: 3 },
    without: {
      decide: (known) =>
        known.previous === 'same-credential' && known.step !== 'createSecret'
          ? decide({ ...known, previous: 'same-account' })
          : decide(known),
    },
    breaks: 'always converges',
    isLong: true,
  },
  {
    rule: 'staged: labels are read again directly before the slot is freed',
    kind: 'staged',
    without: { look: { slotLabels: async () => 'as they were' } },
    breaks: {
      nothing:
        'what leaves the slot is named by its id, and a credential that has left AWSPREVIOUS comes back to no label within the range; at a target that keeps one id for the place it is what fences a late one',
    },
  },
  {
    rule: 'staged: labels are read again directly before a promotion',
    kind: 'staged',
    without: { look: { promoteLabels: async () => 'as they were' } },
    breaks: {
      nothing:
        'a promotion that is late exchanges the two, both of which sign in, and the next rotation puts it right; the row keeps it from happening',
    },
  },
]
