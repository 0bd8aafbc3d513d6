import { look } from '../../shared/engine/look.ts'
import type { RuleOut } from './rules.ts'
import { ENDLESS } from './state.ts'
import { rows } from './without.ts'

const ONE_AT_A_TIME = { rotations: ENDLESS, invocations: 1 } as const

/** A target that carries changes out by itself, and where nobody can sign in. */
export const UNPROVEN_RULES: readonly RuleOut[] = [
  {
    rule: 'unproven: what was set last is noted at the target only after it has taken it',
    kind: 'unproven',
    without: { notesFirst: true },
    breaks: 'never locked out',
  },
  {
    rule: 'unproven: a change that is not done ends the step',
    kind: 'unproven',
    range: ONE_AT_A_TIME,
    without: rows({
      setSecret: ['the target carries the change out by itself and is not done: a repeat waits for it'],
    }),
    breaks: {
      nothing:
        'the proof that follows a change says as well that it is under way; the row gives it a name, and spares a target that says otherwise for a moment',
    },
  },
  {
    rule: 'unproven: while a change is under way nothing is said of any credential',
    kind: 'unproven',
    range: ONE_AT_A_TIME,
    without: {
      look: {
        currentProof: async (c, known) => {
          const proof = await look.currentProof(c, known)
          return proof === 'unknown' ? 'rejected' : proof
        },
        pendingProof: async (c, known) => {
          const proof = await look.pendingProof(c, known)
          return proof === 'unknown' ? 'accepted' : proof
        },
      },
    },
    breaks: 'never locked out',
  },
]
