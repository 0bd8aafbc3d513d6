/** Engines without one of their rules. */
import { decide } from '../../engine/decide.ts'
import { type Broken, believing } from './test-breaking.ts'

export const BROKEN_ENGINES: readonly Broken[] = [
  {
    what: 'an engine without the write-ahead label',
    caughtBy:
      'killed before and after every call, it recovers by a new token after the old one was abandoned',
    saying: /never locked out|always converges/,
    decide: believing((known) => ({
      ...(known.lockedLabels && { lockedLabels: { ...known.lockedLabels, candidate: 'own' } }),
      ...(typeof known.own === 'object' && { own: { ...known.own, isCandidate: true } }),
      ...(known.step === 'finishSecret' && known.labels && { labels: { ...known.labels, candidate: 'own' } }),
    })),
  },
  {
    what: 'an engine that moves the label unproven',
    caughtBy: 'when the target falls back to its state before the change',
    saying: /always converges|never locked out/,
    kind: 'two',
    decide: (known) => {
      const decision = decide(known)
      const { move } = decision
      if (known.step !== 'finishSecret' || move.kind !== 'ask' || move.question !== 'pendingProof')
        return decision
      return decide({ ...known, pendingProof: 'accepted' })
    },
  },
  {
    what: 'an engine that uses nothing again after a token was abandoned',
    caughtBy:
      'killed before and after every call, it recovers by a new token after the old one was abandoned',
    saying: /always converges|never locked out/,
    decide: believing(({ candidate }) => (candidate === undefined ? {} : { candidate: 'finished' })),
  },
  {
    what: 'an engine that takes no answer for a yes',
    caughtBy: 'when the target is down',
    saying: /(testSecret|finishSecret) ended well, and its proof had no answer/,
    decide: believing(({ pendingProof }) => (pendingProof === 'unknown' ? { pendingProof: 'accepted' } : {})),
  },
]
