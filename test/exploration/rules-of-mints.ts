import { type Decide, decide } from '../../shared/engine/decide.ts'
import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'
import { look } from '../../shared/engine/look.ts'
import { isOfRotation } from '../../shared/engine/mint-work.ts'
import { seeing } from '../simulation/switches.ts'
import type { RuleOut } from './rules.ts'
import { rows } from './without.ts'

/** Without a stored value every credential of this rotation is one too many. */
const anyOfOwn: typeof look.extra = async (c, known) => {
  const { own } = c.versions
  if (own !== undefined || known.store !== undefined) return await look.extra(c, known)
  const [found] = ((await c.target(async (session) => session.list?.({ as: 'current' }))) ?? []).filter(
    (one) => isOfRotation(c, one),
  )
  if (found === undefined) return 'none'
  c.mints.extra = found.id
  return 'one'
}

/** What this rotation had issued goes as soon as it is seen. */
const revokesOwnFirst: Decide = (known) => {
  if (known.step !== 'createSecret' || known.mints?.own !== 'unreadable' || known.store !== undefined)
    return decide(known)
  if (known.extra === undefined) return { rule: 'taken out', move: { kind: 'ask', question: 'extra' } }
  return known.extra === 'one'
    ? { rule: 'taken out', move: { kind: 'act', action: 'revokeExtra' } }
    : decide(known)
}

/** Design, section 4: what the target issues exists before it can be stored. */
export const MINT_RULES: readonly RuleOut[] = [
  {
    rule: 'mints: a leftover is swept only when every invocation of its rotation is over',
    kind: 'mints-3',
    without: { sweepsYoung: true },
    breaks: 'never locked out',
  },
  {
    rule: 'mints: a leftover is swept only when QUARTERTURN_CANDIDATE is where it is for longer than an invocation lives',
    kind: 'mints-2',
    range: { rotations: 4 },
    without: { sweepsByAgeAlone: true },
    breaks: 'never locked out',
    isLong: true,
  },
  {
    rule: 'mints: labels are read again directly before a leftover is revoked',
    kind: 'mints-3',
    without: { look: { leftoverLabels: async () => 'free' } },
    breaks: 'never locked out',
  },
  {
    rule: 'mints: what another rotation left is swept',
    kind: 'mints-2',
    without: { look: { leftover: async () => 'none' } },
    breaks: 'always converges',
  },
  {
    rule: 'mints: only what is not stored is revoked, and only when a value is stored: a sibling may be about to store its own',
    kind: 'mints-3',
    without: { decide: revokesOwnFirst, look: { extra: anyOfOwn } },
    breaks: 'never locked out',
  },
  {
    rule: 'mints: what this rotation had issued and does not use is revoked',
    kind: 'mints-3',
    without: { look: { extra: async () => 'none' } },
    breaks: 'no orphans',
  },
  {
    rule: 'mints: both labels come with the put',
    kind: 'mints-2',
    without: { changePort: { stages: (stages) => stages.filter((stage) => stage !== CANDIDATE_LABEL) } },
    breaks: 'always converges',
  },
  {
    rule: 'mints: an own credential whose value never came and that fills the limit gives up AWSPENDING',
    kind: 'mints-2',
    without: rows({
      createSecret: [
        'mints: what this rotation had issued and never got fills the limit: AWSPENDING goes, so that the next token sweeps',
      ],
    }),
    breaks: 'always converges',
  },
  {
    rule: 'mints: AWSPREVIOUS gives way where there is no room for both',
    kind: 'mints-2',
    without: rows({ createSecret: ['mints: the credential of AWSPREVIOUS gives way'] }),
    breaks: 'always converges',
  },
  {
    rule: 'mints: AWSPREVIOUS gives way before it loses its label',
    kind: 'mints-3',
    without: rows({ finishSecret: ['mints: the credential of AWSPREVIOUS gives way'] }),
    breaks: 'no orphans',
  },
  {
    rule: 'mints: AWSPREVIOUS gives way only while the labels are where they were read',
    kind: 'mints-3',
    without: {
      decide: seeing((known) =>
        known.freeLabels === undefined ? known : { ...known, freeLabels: 'free' as const },
      ),
    },
    breaks: {
      nothing:
        'a credential that was AWSPREVIOUS once becomes current again by a hand only, and the exploration has no such hand',
    },
  },
  {
    rule: 'mints: an unfinished credential is used again',
    kind: 'mints-2',
    without: {
      decide: seeing((known) =>
        known.step === 'createSecret' && known.candidate === 'unfinished'
          ? { ...known, candidate: 'finished' }
          : known,
      ),
    },
    breaks: 'always converges',
  },
  {
    rule: 'mints: an unfinished credential is proven before it is used again',
    kind: 'mints-2',
    without: {
      look: {
        candidateProof: async (c, known) => {
          await look.candidateProof(c, known)
          return 'accepted'
        },
      },
    },
    breaks: {
      nothing:
        'nobody but a hand at the target ends a credential that the label shows, and the exploration has no such hand; one that was ended would be used again by each rotation',
    },
  },
  {
    rule: 'mints: a stored value is read back and counts, whoever stored it',
    kind: 'mints-2',
    without: {
      decide: (known) =>
        known.step === 'createSecret' && known.stored === 'there'
          ? decide({ ...known, stored: 'empty' })
          : decide(known),
    },
    breaks: {
      nothing:
        'another value is refused by Secrets Manager once one is stored, and what was issued for nothing is revoked; the row spares that',
    },
  },
  {
    rule: 'mints: finishSecret requires the candidate label',
    kind: 'mints-2',
    without: rows({ finishSecret: ['the candidate label is on this version'] }),
    breaks: {
      nothing: 'the label comes and goes with AWSPENDING, by the same put; the row stands for both kinds',
    },
  },
]
