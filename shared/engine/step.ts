import type { Who } from '../provider/contract.ts'
import { perform } from './act.ts'
import { actor, adminError } from './actor.ts'
import type { StepContext } from './context.ts'
import type { Decide, Decision } from './decide.ts'
import { failureOf } from './failure.ts'
import type { Known } from './known.ts'
import { afterAction } from './learn.ts'
import { look } from './look.ts'

export interface Ended {
  readonly outcome: 'done' | 'already' | 'preflight' | 'postponed'
  readonly known: Known
}

/**
 * Decides and carries out, one move at a time, until the step ends. Once the lock is taken, the rest of the step runs
 * inside it. Rejects with a `QuarterturnError` for a decision to fail, and with whatever a move rejects with.
 */
export async function runStep(
  context: StepContext,
  known: Known,
  decide: Decide,
  decided: (decision: Decision) => void,
): Promise<Ended> {
  for (let facts = known; ; ) {
    const decision = decide(facts)
    decided(decision)
    const { move } = decision
    switch (move.kind) {
      case 'end':
        return { outcome: move.outcome, known: facts }
      case 'fail':
        throw failureOf(move.code, context)
      case 'ask': {
        const answer = await look[move.question](context, facts)
        facts = { ...facts, [move.question]: answer, ...(context.traits && { traits: context.traits }) }
        break
      }
      case 'act': {
        if (move.action === 'lock') {
          const locked: Known = { ...facts, lock: 'held' }
          const as = await actor(context, locked)
          return await inside(context, as, () => runStep(context, locked, decide, decided))
        }
        facts = afterAction(facts, move.action, await perform[move.action](context, facts))
        break
      }
      default:
        move satisfies never
    }
  }
}

/** Runs the rest of the step under the lock. What the rest itself ends in is not what taking the lock ended in. */
async function inside(context: StepContext, as: Who, rest: () => Promise<Ended>): Promise<Ended> {
  let isInside = false
  const work = (): Promise<Ended> => {
    isInside = true
    return rest()
  }
  try {
    return await context.target((session) => session.exclusive({ as, work }))
  } catch (error) {
    throw as === 'admin' && !isInside ? adminError(error) : error
  }
}
