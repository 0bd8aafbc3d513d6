import { QuarterturnError } from '../errors/index.ts'
import type { SecretTags } from './tags.ts'

/** When an old credential goes: with the next rotation, as soon as it may, or so many milliseconds after the label move. */
export type RetirePolicy = 'next-rotation' | 'immediate' | { readonly afterMs: number }

/** What the deployment says of overlap and retirement. */
export interface RetirementSettings {
  /** Default `next-rotation`. */
  readonly after?: RetirePolicy
  /** What a `quarterturn:retire-after` tag may choose besides. Default: nothing. */
  readonly choices?: readonly RetirePolicy[]
  /** The role by which EventBridge Scheduler invokes the function. Needed for anything but `next-rotation`. */
  readonly roleArn?: string
  /** The group of the schedules. Default `default`. */
  readonly groupName?: string
  /** How long a replaced credential goes on at least, in milliseconds. Default one hour. */
  readonly minimumOverlapMs?: number
  /** What is done with a rotation that comes sooner. Default `report`. */
  readonly overlapCut?: 'report' | 'refuse'
}

/** What holds for one secret. */
export interface Policy {
  readonly retire: RetirePolicy
  readonly minimumOverlapMs: number
  readonly overlapCut: 'report' | 'refuse'
}

/** The age that AWS's caching clients let a secret have. */
export const DEFAULT_OVERLAP_MS = 3_600_000

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const LONGEST_MS = 365 * UNITS.d

/** `90m`, `12h`, `7d` in milliseconds, up to a year; undefined for anything else. */
export function durationOf(text: string): number | undefined {
  const { count, unit } = /^(?<count>\d{1,5})(?<unit>[smhd])$/.exec(text.trim())?.groups ?? {}
  if (count === undefined || unit === undefined) return undefined
  const ms = Number(count) * UNITS[unit as keyof typeof UNITS]
  return ms <= LONGEST_MS ? ms : undefined
}

/** The policy of a text; undefined for anything that is none. */
export function retirePolicyOf(text: string): RetirePolicy | undefined {
  if (text === 'next-rotation' || text === 'immediate') return text
  const afterMs = durationOf(text)
  return afterMs === undefined || afterMs === 0 ? undefined : { afterMs }
}

/** A policy in a word, for reports. */
export const policyName = (policy: RetirePolicy): string =>
  typeof policy === 'string' ? policy : `${policy.afterMs / 1_000} s after the label move`

/**
 * What holds for a secret: the deployment's word, and its tags where they choose from the deployment's list or make
 * things safer. Throws `TAG_INVALID` for a tag that does neither.
 */
export function policyOf(settings: RetirementSettings, tags: SecretTags): Policy {
  const deployed = settings.after ?? 'next-rotation'
  const retire = tags['retire-after'] ?? deployed
  if (![deployed, ...(settings.choices ?? [])].some((one) => policyName(one) === policyName(retire)))
    throw refused('retire-after', 'is not among those that the deployment allows')
  const least = settings.minimumOverlapMs ?? DEFAULT_OVERLAP_MS
  const minimumOverlapMs = tags['minimum-overlap'] ?? least
  if (minimumOverlapMs < least) throw refused('minimum-overlap', "is less than the deployment's")
  const overlapCut = tags['overlap-cut'] ?? settings.overlapCut ?? 'report'
  if (overlapCut === 'report' && settings.overlapCut === 'refuse')
    throw refused('overlap-cut', 'would allow what the deployment refuses')
  return { retire, minimumOverlapMs, overlapCut }
}

const refused = (tag: string, why: string): QuarterturnError =>
  new QuarterturnError('TAG_INVALID', { problem: `the tag \`quarterturn:${tag}\` ${why}` })
