import { type Known, MINTING_LABEL } from '../../shared/engine/known.ts'
import type { MintTraits } from '../../shared/engine/known-mint.ts'
import { look } from '../../shared/engine/look.ts'
import { readVersion } from '../../shared/engine/retire.ts'
import { seeing } from '../simulation/switches.ts'
import type { RuleOut } from './rules.ts'
import { rows } from './without.ts'

const withTraits = (change: Partial<MintTraits>) =>
  seeing((known) => {
    const mints = known.traits?.mints
    return mints === undefined || known.traits === undefined
      ? known
      : { ...known, traits: { ...known.traits, mints: { ...mints, ...change } } }
  })

/** Whoever has QUARTERTURN_MINTING on the own version is taken to be over, and so does whoever sees that. */
const takesAgain = (known: Known): Known =>
  known.intent === 'own' || known.intent === 'begun' ? { ...known, intent: 'settled' } : known

/** An unfinished credential is used again without QUARTERTURN_MINTING. */
const reusesFreely = seeing((known) =>
  known.step === 'createSecret' && known.candidate === 'unfinished' && known.candidateProof === 'accepted'
    ? { ...known, takeMinting: known.takeMinting ?? 'taken' }
    : known,
)

/** A candidate counts as unfinished, whatever was written or moved since. */
const overlooks = (candidate: Known['candidate']) =>
  seeing((known) => (known.candidate === candidate ? { ...known, candidate: 'unfinished' } : known))

/** What AWSPREVIOUS has counts as finished, also when AWSCURRENT was moved back. */
const finishesWhatIsAhead: typeof look.candidate = async (c, known) => {
  const facts = await look.candidate(c, known)
  return facts === 'ahead' ? 'finished' : facts
}

/** Labels that were read before the version had its value count as read after. */
const trustsLabels: typeof look.intent = async (c, known) => {
  const holder = c.labels?.minting
  if (holder === undefined || holder === c.token) return await look.intent(c, known)
  c.mints.holder = holder
  return (await readVersion(c, holder)) === undefined ? await look.intent(c, known) : 'settled'
}

/** Design, sections 3 and 4: where a new credential ends the old one, or cannot be recognised afterwards. */
export const CLAIM_RULES: readonly RuleOut[] = [
  {
    rule: 'claims: QUARTERTURN_MINTING is taken before what ends the old credential is issued',
    kind: 'in-place-admin',
    without: { decide: withTraits({ claims: false }) },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: it is taken also where the old credential itself has the new one issued',
    kind: 'in-place',
    without: { decide: withTraits({ claims: false }) },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: it is taken before what uses up the old credential is issued',
    kind: 'refresh',
    without: { decide: withTraits({ claims: false }) },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: it is taken where a mint carries no mark',
    kind: 'unmarked-3',
    without: { decide: withTraits({ claims: false }) },
    breaks: 'no orphans',
  },
  {
    rule: 'claims: it is taken where the target may find that nothing needs to change',
    kind: 'conditional-3',
    without: { decide: withTraits({ claims: false }) },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: it is taken by compare-and-swap',
    kind: 'in-place-admin',
    without: { changePort: { movesBlindly: MINTING_LABEL } },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: it comes to a version once',
    kind: 'in-place-admin',
    without: { decide: seeing(takesAgain) },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: it is taken from an empty version only when whoever took it there is over',
    kind: 'in-place-admin',
    without: { sweepsYoung: true },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: it is taken before an unfinished credential is used again',
    kind: 'in-place',
    without: { decide: reusesFreely },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: labels that were read before its version had a value do not count',
    kind: 'refresh',
    without: { look: { intent: trustsLabels } },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: what may have been used up is not used again',
    kind: 'refresh',
    without: rows({
      createSecret: [
        'mints: what was used up may have been used up for nothing, and another attempt would end everything',
      ],
    }),
    breaks: 'never locked out',
  },
  {
    rule: 'claims: where the old one expires, another is not issued while nobody knows whether one was',
    kind: 'grace-2',
    without: {
      decide: seeing((known) => (known.lost === 'unknown' ? { ...known, lost: 'never' } : known)),
    },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: one that somebody had issued since goes before an unfinished one',
    kind: 'refresh',
    range: { edits: 1 },
    without: { decide: overlooks('overtaken') },
    breaks: 'always converges',
  },
  {
    rule: 'claims: it goes before a pending one too',
    kind: 'grace-2',
    range: { edits: 1 },
    without: { look: { since: async () => 'as before' } },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: what was written by hand twice is not taken for the newer one',
    kind: 'refresh',
    range: { edits: 2, invocations: 1 },
    without: {
      decide: seeing((known) =>
        known.candidate === 'unclear' ? { ...known, candidate: 'overtaken' } : known,
      ),
    },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: nor for the older one',
    kind: 'refresh',
    range: { edits: 2, invocations: 1 },
    without: { decide: overlooks('unclear') },
    breaks: 'never locked out',
  },
  {
    rule: 'claims: when AWSCURRENT was moved back, what was issued last goes on',
    kind: 'refresh',
    range: { edits: 1 },
    without: { look: { candidate: finishesWhatIsAhead } },
    breaks: 'always converges',
  },
  {
    rule: 'claims: what was issued and can be read is stored after all',
    kind: 'in-place-readable',
    without: { look: { lost: async () => 'unknown' } },
    breaks: 'always converges',
  },
  {
    rule: 'claims: AWSPENDING goes from a rotation that began and never ended, so that the next can tell',
    kind: 'in-place-admin',
    without: rows({
      createSecret: [
        'mints: this rotation began and never ended: AWSPENDING goes, so that the next token sees what became of it',
      ],
    }),
    breaks: 'always converges',
  },
]
