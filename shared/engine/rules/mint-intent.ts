import type { Known } from '../known.ts'
import { act, ask, fail, type Rule } from '../moves.ts'
import { byAdmin } from './common.ts'
import { claims, consumes } from './mint.ts'

/** This rotation has no value yet. */
export const isEmpty = (k: Known): boolean => k.traits?.mints !== undefined && k.stored === 'empty'

/** What was begun and never stored was found again, or may be had once more. */
export const isRecovered = (k: Known): boolean =>
  k.lost === 'readable' || (k.lost === 'again' && k.traits?.mints?.old === 'dies' && byAdmin(k))

/** Where the old one dies, one that works shows that nothing was issued. */
const hasAnswer = (k: Known): boolean => k.traits?.mints?.old === 'dies' && k.currentProof === 'accepted'

/**
 * What this rotation itself began and lost may be read, and then it is stored at once: AWSCURRENT is dead, or expires while
 * another rotation waits for its turn. Two invocations that both do so store the same value. Not beside a credential that
 * was stored before: then nobody knows which of the two QUARTERTURN_MINTING was taken for.
 */
const mayFindOwn = (k: Known): boolean =>
  isEmpty(k) &&
  k.intent === 'own' &&
  k.traits?.mints?.readable === true &&
  k.traits.mints.old !== 'lives' &&
  (k.candidate === undefined || k.candidate === 'finished') &&
  !hasAnswer(k) &&
  (k.lost === undefined || k.lost === 'readable')

/** The next token can tell what became of it. */
const isAbandoned = (k: Known): boolean => isEmpty(k) && k.intent === 'own' && !mayFindOwn(k)

/** What QUARTERTURN_MINTING says, before anything is proven or issued. */
export const intentRules: readonly Rule[] = [
  {
    rule: 'mints: see whether something was begun whose end nobody knows',
    when: (k) => isEmpty(k) && claims(k) && k.intent === undefined,
    move: ask('intent'),
  },
  {
    rule: 'mints: whoever began it may still be running',
    when: (k) => isEmpty(k) && (k.intent === 'young' || k.intent === 'begun'),
    move: fail('MINT_STARTED'),
  },
  {
    // A credential that signs in does not show whether it was used up: an access token goes on for a while.
    rule: 'mints: what was used up may have been used up for nothing, and another attempt would end everything',
    when: (k) => isEmpty(k) && consumes(k) && (k.intent === 'own' || k.intent === 'other'),
    move: fail('MINT_UNKNOWN'),
  },
  {
    // The label comes to a version once: so no two invocations can both have it there.
    rule: 'mints: this rotation began and never ended: AWSPENDING goes, so that the next token sees what became of it',
    when: (k) => isAbandoned(k) && k.releasePending === undefined,
    move: act('releasePending'),
  },
  {
    rule: 'mints: this rotation began and never ended',
    when: isAbandoned,
    move: fail('MINT_ABANDONED'),
  },
]

/** Something was begun and is on no version. */
export const mayBeLost = (k: Known): boolean =>
  isEmpty(k) &&
  !consumes(k) &&
  k.currentProof !== undefined &&
  (mayFindOwn(k) || (!hasAnswer(k) && k.intent === 'other'))

/** One more is issued all the same, where the deployment allows that the old one dies with it. */
const mayBeIssuedAgain = (k: Known): boolean =>
  k.traits?.mints?.old === 'expires' && k.traits.mints.allowsGap && k.currentProof === 'accepted'

/** What became of it. Asked when the credential of AWSCURRENT was tried, and the admin where there is one. */
export const lostRules = (isWanted: (known: Known) => boolean): readonly Rule[] => [
  {
    rule: 'mints: see what became of it',
    when: (k) => isWanted(k) && mayBeLost(k) && k.lost === undefined,
    move: ask('lost'),
  },
  {
    rule: 'mints: nobody can tell what became of it',
    when: (k) =>
      isWanted(k) &&
      k.intent === 'other' &&
      k.lost !== undefined &&
      k.lost !== 'never' &&
      !isRecovered(k) &&
      !mayBeIssuedAgain(k),
    move: fail('MINT_UNKNOWN'),
  },
]

/** The label is taken by compare-and-swap, so one invocation goes on; it comes to each version once. */
export const claimRules = (isWanted: (known: Known) => boolean): readonly Rule[] => [
  {
    rule: 'mints: QUARTERTURN_MINTING is on no version: on AWSCURRENT first, from where only one can take it',
    when: (k) => isWanted(k) && claims(k) && k.intent === 'nowhere' && k.restMinting === undefined,
    move: act('restMinting'),
  },
  {
    rule: 'mints: QUARTERTURN_MINTING is taken directly before anything is issued',
    when: (k) =>
      isWanted(k) &&
      claims(k) &&
      k.intent !== 'own' &&
      k.restMinting !== 'lost' &&
      k.takeMinting === undefined,
    move: act('takeMinting'),
  },
  {
    rule: 'mints: another invocation has QUARTERTURN_MINTING',
    when: (k) => isWanted(k) && (k.restMinting === 'lost' || k.takeMinting === 'lost'),
    move: fail('MINT_STARTED'),
  },
]

/** The target said that nothing was issued, so QUARTERTURN_MINTING goes back. */
export const giveBackRules: readonly Rule[] = [
  {
    rule: 'mints: nothing was issued: QUARTERTURN_MINTING goes back',
    when: (k) =>
      k.takeMinting === 'taken' &&
      k.giveBackMinting === undefined &&
      (k.mint === 'full' || k.mint === 'declined' || k.mint === 'refused'),
    move: act('giveBackMinting'),
  },
  {
    rule: 'mints: the target declines',
    when: (k) => k.mint === 'declined',
    move: fail('MINT_DECLINED'),
  },
  {
    rule: 'mints: the target does not take the admin that asked',
    when: (k) => k.mint === 'refused' && byAdmin(k),
    move: fail('ADMIN_ROTATING'),
  },
  {
    rule: 'mints: the target does not take the credential that asked',
    when: (k) => k.mint === 'refused',
    move: fail('CURRENT_REFUSED'),
  },
]
