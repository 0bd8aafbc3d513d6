import type { Known } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import { reuses } from './mint-state.ts'
import { beforePromotion, placesOf, stages } from './staged.ts'

const isNew = (k: Known): boolean =>
  stages(k) && k.stored === 'empty' && k.currentProof === 'accepted' && !reuses(k) && k.store === undefined

/** Nothing is in hand yet that could be stored. */
const isOpen = (k: Known): boolean =>
  isNew(k) && placesOf(k) !== undefined && k.adopt === undefined && k.mint !== 'minted'

const primary = (k: Known) => placesOf(k)?.primary
const slot = (k: Known) => placesOf(k)?.slot

/** AWSCURRENT sits in the slot: somebody made another one the primary one. */
const isDisplaced = (k: Known): boolean => isOpen(k) && slot(k) === 'current'

/** Labels were moved back by hand. */
const isRolledBack = (k: Known): boolean => isDisplaced(k) && primary(k) === 'previous'

const isInOrder = (k: Known): boolean => isOpen(k) && primary(k) === 'current'

const frees = (k: Known): boolean =>
  isInOrder(k) && slot(k) === 'over' && k.freeSlot === undefined && k.mint === undefined

const isFree = (k: Known): boolean =>
  isInOrder(k) && (slot(k) === 'free' || k.freeSlot === 'done') && k.mint === undefined

/** What this rotation has, and what is where; asked when AWSCURRENT was proven. */
const lookRules: readonly Rule[] = [
  {
    // With one place there is no second one of this rotation to look for.
    rule: 'staged: this rotation has a value already',
    when: (k) => stages(k) && k.stored === 'there',
    move: end('done'),
  },
  {
    rule: 'staged: use the unfinished credential again',
    when: (k) => stages(k) && reuses(k) && k.store === undefined,
    move: act('storeCandidate'),
  },
  {
    rule: 'staged: see which is the primary one, and what is beside it',
    when: (k) => isNew(k) && k.places === undefined,
    move: ask('places'),
  },
  {
    rule: 'staged: look again after current became the primary one, or there was no room after all',
    when: (k) =>
      isNew(k) && (k.promoteCurrent !== undefined || k.mint === 'full') && k.placesAgain === undefined,
    move: ask('placesAgain'),
  },
]

/** What is where decides: current is the primary one, and the slot free, before anything is issued. */
const roomRules: readonly Rule[] = [
  ...beforePromotion((k) => isRolledBack(k) && k.promoteCurrent === undefined),
  {
    rule: 'staged: the primary one was rolled back from: current becomes it again',
    when: (k) => isRolledBack(k) && k.promoteCurrent === undefined,
    move: act('promoteCurrent'),
  },
  {
    rule: 'staged: the primary one was rolled back from, and current does not become it again',
    when: isRolledBack,
    move: fail('PRIMARY_ELSEWHERE'),
  },
  {
    rule: 'staged: the primary one is on no version and current in the slot: an unfinished or a hand-made promotion is taken over',
    when: (k) => isDisplaced(k) && primary(k) === 'other',
    move: act('adopt'),
  },
  {
    rule: 'staged: current signs in, and the target does not show it where it belongs',
    when: (k) => isOpen(k) && !isInOrder(k),
    move: fail('PRIMARY_ELSEWHERE'),
  },
  {
    rule: 'staged: what we have staged and never stored is used',
    when: (k) => isInOrder(k) && slot(k) === 'ours',
    move: act('adopt'),
  },
  {
    rule: 'staged: what another operator has staged is not touched',
    when: (k) => isInOrder(k) && slot(k) === 'taken',
    move: fail('SLOT_TAKEN'),
  },
  {
    rule: 'staged: what has the slot is on a version that counts',
    when: (k) => isInOrder(k) && (slot(k) === 'kept' || slot(k) === 'own'),
    move: fail('SLOT_KEPT'),
  },
  {
    rule: 'staged: labels are read again directly before the slot is freed',
    when: (k) => frees(k) && k.slotLabels === undefined,
    move: ask('slotLabels'),
  },
  {
    rule: 'staged: the slot is freed only while AWSPENDING is on this token',
    when: (k) => frees(k) && k.slotLabels === 'not ours',
    move: fail('TOKEN_NOT_PENDING'),
  },
  {
    rule: 'staged: the slot is freed only while the labels are where they were read',
    when: (k) => frees(k) && k.slotLabels === 'moved',
    move: fail('CURRENT_MOVED'),
  },
  {
    rule: 'staged: the former primary one, or a dead one, leaves the slot',
    when: frees,
    move: act('freeSlot'),
  },
  { rule: 'staged: have a credential issued beside the primary one', when: isFree, move: act('mint') },
  {
    rule: 'staged: there is no room although the slot was seen free',
    when: (k) => isOpen(k) && k.mint === 'full',
    move: fail('MINT_FULL'),
  },
]

/** A value is stored with both labels. */
const storeRules: readonly Rule[] = [
  {
    rule: 'staged: what cannot be used is revoked again',
    when: (k) => stages(k) && k.mint === 'unusable' && k.revokeMint === undefined,
    move: act('revokeMint'),
  },
  {
    rule: 'staged: what the target issued cannot be used',
    when: (k) => stages(k) && (k.mint === 'unusable' || k.adopt === 'flawed'),
    move: fail('MINT_UNUSABLE'),
  },
  {
    rule: 'staged: store what the target issued',
    when: (k) => isNew(k) && (k.mint === 'minted' || k.adopt === 'done'),
    move: act('storeMint'),
  },
  {
    rule: 'staged: another invocation stored first: its value counts, so see that it is there',
    when: (k) => stages(k) && k.store === 'exists' && k.readBack === undefined,
    move: ask('readBack'),
  },
  {
    rule: 'staged: the stored value is not there',
    when: (k) => stages(k) && k.readBack === 'absent',
    move: fail('PENDING_MISSING'),
  },
  { rule: 'staged: stored', when: stages, move: end('done') },
]

/** createSecret where a credential is staged beside the primary one, from where something is issued. The last row always ends it. */
export const stageRules: readonly Rule[] = [...lookRules, ...roomRules, ...storeRules]
