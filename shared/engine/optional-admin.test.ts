import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import type { Known, Traits } from './known.ts'

const TRAITS: Traits = {
  alternates: false,
  mayAlternate: false,
  mayContinue: false,
  pairByAdmin: false,
  oneByAdmin: true,
  oneMayDoWithout: true,
  adminLooks: false,
  overlaps: true,
  refusesCut: false,
  retires: false,
  restores: false,
  comparesRights: false,
  appliesOnce: false,
  refusesGap: false,
  mints: undefined,
}
const OWN = { isCurrent: false, isPrevious: false, isCandidate: false, isReused: false }
const BEFORE: Known = { step: 'setSecret', isWarm: true, traits: TRAITS, own: OWN, current: 'same-account' }

describe('a strategy that can do without an admin', () => {
  test('asks what the value of AWSCURRENT names before anything is proven', () => {
    expect(decide(BEFORE).move).toEqual({ kind: 'ask', question: 'adminNamed' })
  })

  test('makes the change by itself where none is named', () => {
    const known: Known = { ...BEFORE, adminNamed: 'none', currentProof: 'accepted' }
    expect(decide(known).move).toEqual({ kind: 'ask', question: 'check' })
  })

  test('needs the one that is named, to the letter of the rules for admins', () => {
    const known: Known = { ...BEFORE, adminNamed: 'named', currentProof: 'accepted' }
    expect(decide(known).move).toEqual({ kind: 'ask', question: 'admin' })
    expect(decide({ ...known, admin: 'rejected' }).move).toMatchObject({ code: 'ADMIN_ROTATING' })
    const refused: Known = {
      ...BEFORE,
      adminNamed: 'named',
      currentProof: 'rejected',
      pendingProof: 'rejected',
    }
    const labels = { own: 'pending', candidate: 'nowhere', rotationEnabled: true } as const
    expect(decide({ ...refused, labels }).move).toMatchObject({ code: 'CURRENT_REFUSED' })
  })

  test('that sees what is in force is asked for before a sign-in could fail, and where it is named alone', () => {
    const looks = { ...BEFORE, traits: { ...TRAITS, adminLooks: true } }
    expect(decide({ ...looks, adminNamed: 'named' }).move).toEqual({ kind: 'ask', question: 'admin' })
    expect(decide({ ...looks, adminNamed: 'none' }).move).toEqual({ kind: 'ask', question: 'currentProof' })
    const known: Known = { ...looks, adminNamed: 'named', admin: 'rejected' }
    expect(decide(known).move).toEqual({ kind: 'ask', question: 'currentProof' })
    expect(decide({ ...known, currentProof: 'accepted' }).move).toMatchObject({ code: 'ADMIN_ROTATING' })
  })

  test('is not asked of a strategy that always has an admin, or never', () => {
    for (const traits of [
      { ...TRAITS, oneMayDoWithout: false },
      { ...TRAITS, oneByAdmin: false },
    ])
      expect(decide({ ...BEFORE, traits }).move).toEqual({ kind: 'ask', question: 'currentProof' })
  })
})
