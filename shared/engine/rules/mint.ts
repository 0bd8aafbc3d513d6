import type { Known } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import { stopUnlessConclusive } from './common.ts'

/** The target issues the credentials of this secret. */
export const mints = (k: Known): boolean => k.traits?.mints === true

/** A new credential can be stored, and lives until the next rotation. Asked before one is issued. */
export const fits = (isWanted: (known: Known) => boolean): Rule[] => [
  {
    rule: 'see that a new credential can be stored and lives until the next rotation',
    when: (k) => isWanted(k) && k.fit === undefined,
    move: ask('fit'),
  },
  {
    rule: 'the secret leaves room for a new credential',
    when: (k) => k.fit === 'too large',
    move: fail('MINT_TOO_LARGE'),
  },
  {
    rule: 'a new credential lives until the next rotation',
    when: (k) => k.fit === 'too short-lived',
    move: fail('MINT_TOO_SHORT_LIVED'),
  },
]

const isRefused = (k: Known): boolean => mints(k) && k.pendingProof === 'rejected'

/** setSecret of what the target issued: there is nothing to change, it only has to sign in. */
export const setMintRules: readonly Rule[] = [
  {
    rule: 'what the target issued is proven; nothing is applied',
    when: (k) => mints(k) && k.pendingProof === undefined,
    move: ask('pendingProof'),
  },
  ...stopUnlessConclusive('what the target issued', (k) => (mints(k) ? k.pendingProof : undefined)),
  {
    rule: 'what the target issued signs in',
    when: (k) => mints(k) && k.pendingProof === 'accepted',
    move: end('done'),
  },
  {
    rule: 'what the target issued is refused: see that current still works',
    when: (k) => isRefused(k) && k.currentProof === undefined,
    move: ask('currentProof'),
  },
  ...stopUnlessConclusive('current after what the target issued was refused', (k) =>
    mints(k) ? k.currentProof : undefined,
  ),
  {
    rule: 'what the target issued is refused, and current too',
    when: (k) => isRefused(k) && k.currentProof === 'rejected',
    move: fail('CURRENT_REFUSED'),
  },
  {
    // The candidate label stays: it tells since when nobody can have another credential in hand.
    rule: 'what the target issued is given up: AWSPENDING goes, so that the next token has another issued',
    when: (k) => isRefused(k) && k.releasePending === undefined,
    move: act('releasePending'),
  },
  { rule: 'what the target issued was given up', when: isRefused, move: fail('MINT_REFUSED') },
]
