import type { ErrorCode } from '../errors/index.ts'
import type { Decide, Decision } from './decide.ts'
import type { Known } from './known.ts'
import { ask, end, fail } from './moves.ts'

/**
 * The same decisions, but nothing new is begun: a retirement fails, and createSecret does before it stores or changes
 * anything. A rotation that has its value goes on to its end, since the target may have that value already. The test rotation,
 * which changes nothing, is let through.
 */
export const holding =
  (decide: Decide, code: ErrorCode): Decide =>
  (known) => {
    const decision = decide(known)
    if (known.step === 'retireSecret') return held(code)
    if (known.step !== 'createSecret' || decision.move.kind !== 'act') return decision
    if (hasValue(known)) return { rule: 'held: this rotation has its value', move: end('already') }
    if (known.own === undefined && known.stored === undefined)
      return { rule: 'held: see whether this rotation has its value', move: ask('own') }
    return held(code)
  }

const hasValue = ({ own, stored, store }: Known): boolean =>
  (own !== undefined && own !== 'absent') || stored === 'there' || store !== undefined

const held = (code: ErrorCode): Decision => ({ rule: 'held: nothing is begun', move: fail(code) })
