import type { Known } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import { byAdmin, stopUnlessConclusive } from './common.ts'

/** The target issues the credentials of this secret. */
export const mints = (k: Known): boolean => k.traits?.mints !== undefined

/** What the target has issued lives beside each other until it is ended. */
export const livesOn = (k: Known): boolean => k.traits?.mints?.old === 'lives'

/** A new credential is issued only once for each old one, which says nothing about itself before. */
export const consumes = (k: Known): boolean => k.traits?.mints?.consumes === true

/** QUARTERTURN_MINTING is taken before anything is issued or used again: a sibling may do either. */
export const claims = (k: Known): boolean => k.traits?.mints?.claims === true

/** A new credential can be stored, and lives until the next rotation. Asked before one is issued. */
export const fits = (isWanted: (known: Known) => boolean): Rule[] => [
  {
    rule: 'nothing would recover what was issued and lost, and the deployment does not allow that',
    when: (k) => isWanted(k) && k.traits?.mints?.needsAdmin === true && !byAdmin(k),
    move: fail('CLASS_C_REFUSED'),
  },
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

/** What is given up when the target refuses what it issued; the first of the rows sees that current works, where that tells. */
const givenUp = (isWanted: (known: Known) => boolean): readonly Rule[] => [
  {
    rule: 'what the target issued is refused: see that current still works',
    when: (k) => isWanted(k) && !consumes(k) && k.currentProof === undefined,
    move: ask('currentProof'),
  },
  ...stopUnlessConclusive('current after what the target issued was refused', (k) =>
    isWanted(k) ? k.currentProof : undefined,
  ),
  {
    rule: 'what the target issued is refused, and current too',
    when: (k) => isWanted(k) && k.currentProof === 'rejected',
    move: fail('CURRENT_REFUSED'),
  },
  {
    // The candidate label stays: it tells since when nobody can have another credential in hand.
    rule: 'what the target issued is given up: AWSPENDING goes, so that the next token has another issued',
    when: (k) => isWanted(k) && k.releasePending === undefined,
    move: act('releasePending'),
  },
  { rule: 'what the target issued was given up', when: isWanted, move: fail('MINT_REFUSED') },
]

/** setSecret of what the target issued: there is nothing to change, it only has to sign in. */
export const setMintRules: readonly Rule[] = [
  {
    rule: 'what begins to end the old one when it is used is not tried yet',
    when: (k) => mints(k) && k.traits?.mints?.isUsedLast === true,
    move: end('done'),
  },
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
  ...givenUp(isRefused),
]

/** finishSecret is the first to try what begins to end the old one when it is used. */
export const firstUse: readonly Rule[] = givenUp((k) => isRefused(k) && k.traits?.mints?.isUsedLast === true)
